import type { RedisProgram } from './redis-launch.js';
import { RedisServer } from './redis-server.js';
import { freePort } from '../network/free-port.js';
import { waitFor } from '../wait-for.js';

/** While the cluster is formed: each node asks each other one within half of it. */
const FORMING_NODE_TIMEOUT_MS = 2000;
export const SETTLE_TIMEOUT_MS = 60_000;
/** Replicas log in as a user of their own, so that a test can lock them out. */
export const REPLICA_USER = 'replica';
/** A port that was free is sometimes taken meanwhile. */
const START_ATTEMPTS = 3;

export interface RedisClusterOptions {
  /** Redis, or what `TEST_REDIS_SERVER` names, by default. */
  program?: RedisProgram;
  /** More options of a node; asked for each. */
  nodeArguments?: () => Promise<readonly string[]>;
}

/** Starts a node of a cluster, which knows no other one yet. */
export async function startNode({ program, nodeArguments }: RedisClusterOptions): Promise<RedisServer> {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(FORMING_NODE_TIMEOUT_MS)];
  // One shard that is down leaves the others in use.
  const partly = ['--cluster-require-full-coverage', 'no', '--cluster-replica-no-failover', 'yes'];
  const user = ['--user', REPLICA_USER, 'on', '>secret', '+psync', '+replconf', '+ping'];
  const login = ['--masteruser', REPLICA_USER, '--masterauth', 'secret'];
  const common = [...cluster, ...user, ...login, ...partly, '--repl-diskless-sync-delay', '0'];
  for (let attempt = 1; ; attempt += 1) {
    const bus = ['--cluster-port', String(await freePort())];
    const args = [...bus, ...common, ...((await nodeArguments?.()) ?? [])];
    try {
      return await RedisServer.start({ args, ...(program && { program }) });
    } catch (error) {
      if (attempt === START_ATTEMPTS || !String(error).includes('Address already in use')) throw error;
    }
  }
}

/** Waits until the replica follows its master. */
export async function linked(replica: RedisServer): Promise<void> {
  const isLinked = async () =>
    String(await replica.cli('INFO', 'replication')).includes('master_link_status:up');
  await waitFor(isLinked, { what: 'the replica to follow its master', timeoutMs: SETTLE_TIMEOUT_MS });
}

export async function busPort(node: RedisServer): Promise<string> {
  return String(((await node.cli('CONFIG', 'GET', 'cluster-port')) as string[])[1]);
}

export async function nodeId(node: RedisServer): Promise<string> {
  return String(await node.cli('CLUSTER', 'MYID'));
}

/** The ranges of slots that the node has, by what it says itself. */
export async function ownSlots(node: RedisServer): Promise<unknown[]> {
  const [id, ranges] = await Promise.all([nodeId(node), node.cli('CLUSTER', 'SLOTS')]);
  return (ranges as [number, number, [string, number, string]][]).filter(([, , [, , owner]]) => owner === id);
}
