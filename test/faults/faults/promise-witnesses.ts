import type { Deployment } from '../deployment/deployment.js';
import type { Fault } from '../run-fault.js';
import { bulkOfLogRows } from './bulk-faults.js';
import { INSTANCE_FAULTS } from './instance-faults.js';
import { LOST_CHANGE_FAULTS } from './lost-change-faults.js';
import { MISDIRECTION_FAULTS } from './misdirection-faults.js';
import { NETWORK_FAULTS } from './network-faults.js';
import { POSTGRES_FAULTS } from './postgres-faults.js';
import { REDIS_FAULTS } from './redis-faults.js';
import { STALL_FAULTS } from './stall-faults.js';
import { STORE_FAULTS } from './store-faults.js';

const ROWS_OF_A_LARGE_TRANSACTION = 200_000;
const LENGTH_MS = 1500;

const noFault: Fault<Deployment> = {
  name: 'no fault',
  breaksNothing: true,
  run: async ({ load }) => {
    await load.continueFor(LENGTH_MS);
    return performance.now();
  },
};

/**
 * For each situation of the README's table, in its words, the shortest faults that meet it. The last one leaves the first
 * PostgreSQL. The clocks are those of the deployment, and the verifier has a suite of its own.
 */
export const PROMISE_WITNESSES: Readonly<Record<string, readonly Fault<Deployment>[]>> = {
  'normal operation': [noFault],
  'Redis crashes, restarts, is flushed, is full, or comes back with an old snapshot': [
    named(REDIS_FAULTS, 'Redis back from an RDB older than the logouts'),
    named(REDIS_FAULTS, 'FLUSHALL in the middle of reads'),
    named(REDIS_FAULTS, 'Redis with 1 MB of memory (noeviction)'),
  ],
  'Redis is frozen, slow, refuses to write, or is behind a link that drops packets': [
    named(REDIS_FAULTS, 'Redis frozen for 5 s (SIGSTOP)'),
  ],
  'one instance is cut off from Redis, others are not': [
    named(NETWORK_FAULTS, 'black-holed links of all instances but one to Redis'),
  ],
  'instances use different Redis servers, or some use none, by mistake or during a change of `REDIS_URL`': [
    named(STORE_FAULTS, 'one instance restarted without REDIS_URL, and with it again'),
  ],
  'an instance is stalled (paused, starved, asleep) for any length': [
    named(STALL_FAULTS, 'instance stopped around revocations, Redis healthy'),
  ],
  'PostgreSQL is down or frozen': [named(POSTGRES_FAULTS, 'PostgreSQL killed (kill -9) and restarted')],
  'one transaction changes a million rows, or stays open for an hour': [
    bulkOfLogRows(ROWS_OF_A_LARGE_TRANSACTION),
  ],
  'a process is killed at any moment': [
    named(INSTANCE_FAULTS, 'an instance killed (kill -9) in the middle of logouts'),
  ],
  "PostgreSQL's address leads to a standby, a read-only server or another cluster": [
    named(MISDIRECTION_FAULTS, 'one instance led to a hot standby whose replay is paused'),
  ],
  'PostgreSQL fails over, crashes, or is restored from a backup': [
    named(LOST_CHANGE_FAULTS, 'failover to a standby that lacks the last transactions'),
  ],
};

function named(faults: readonly Fault<Deployment>[], name: string): Fault<Deployment> {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`there is no fault "${name}"`);
  return found;
}
