import { setTimeout as pause } from 'node:timers/promises';
import { type FollowerCounts, Instances, type LiveSession } from './instances.js';

/** What the measuring process asks of this one. */
export type Order =
  | { readonly kind: 'add'; readonly instances: number }
  | { readonly kind: 'revoke'; readonly sessions: readonly LiveSession[]; readonly perSecond: number }
  | { readonly kind: 'usage' }
  | { readonly kind: 'stop' };

/** Counts and processor time since the start of the process. */
export interface ProcessUsage extends FollowerCounts {
  readonly cpuMs: number;
}

/** Instances that start at the same time. */
const START_TOGETHER = 5;

const { DATABASE_URL = '', REDIS_URL = '' } = process.env;
const instances = new Instances({
  NODE_ENV: 'test',
  DATABASE_URL,
  REDIS_URL,
  LOG_LEVEL: 'silent',
  DATABASE_POOL_SIZE: '4',
  DATABASE_TIMEOUT_MS: '60000',
  CACHE_DEADLINE_MS: '5000',
  JWT_SECRET: 'a secret of the benchmark, which signs nothing',
  ISSUER_URL: 'https://issuer.example',
});

async function obey(order: Order): Promise<ProcessUsage> {
  if (order.kind === 'add') await addAll(order.instances);
  if (order.kind === 'revoke') await revokeAll(order.sessions, order.perSecond);
  if (order.kind === 'stop') await instances.stop();
  const { user, system } = process.cpuUsage();
  return { ...instances.counts, cpuMs: (user + system) / 1000 };
}

async function addAll(count: number): Promise<void> {
  for (let left = count; left > 0; left -= START_TOGETHER)
    await Promise.all(Array.from({ length: Math.min(left, START_TOGETHER) }, () => instances.add()));
}

/** Begins revocations at a rate, whether or not earlier ones were answered, in turn on each instance. */
async function revokeAll(sessions: readonly LiveSession[], perSecond: number): Promise<void> {
  const startedAt = performance.now();
  const revocations: Promise<void>[] = [];
  for (const [index, session] of sessions.entries()) {
    const dueMs = (index * 1000) / perSecond - (performance.now() - startedAt);
    if (dueMs > 0) await pause(dueMs);
    revocations.push(instances.revoke(session, index));
  }
  await Promise.all(revocations);
}

process.on('message', (order: Order) => {
  obey(order).then(
    (usage) => process.send?.(usage, () => order.kind === 'stop' && process.exit()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(1));
