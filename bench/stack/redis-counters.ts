import type { RedisServer } from '../../test/support/redis/redis-server.js';

/** Redis' counters since its start. */
export interface RedisCounters {
  /** Calls by command. */
  readonly calls: ReadonlyMap<string, number>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Reads from sockets. Commands that arrive in one write count once. */
  readonly reads: number;
  readonly usedMemoryBytes: number;
}

/** The part of the counters that requests caused. */
export type RedisUsage = Omit<RedisCounters, 'usedMemoryBytes'>;

/** Commands that the server's timers send: the count of entries, and the heartbeat. */
const BACKGROUND_COMMANDS = ['scan', 'ping'];

export async function readRedisCounters(redis: RedisServer): Promise<RedisCounters> {
  const text = String(await redis.cli('INFO', 'everything'));
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const calls = [...text.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(
    ([, name = '', count]) => [name, Number(count)] as const,
  );
  return {
    calls: new Map(calls),
    bytesIn: field('total_net_input_bytes'),
    bytesOut: field('total_net_output_bytes'),
    reads: field('total_reads_processed'),
    usedMemoryBytes: field('used_memory'),
  };
}

/** Counts Redis' work during a load, without the cost of reading the counters and without background commands. */
export async function countRedisUsage(redis: RedisServer, load: () => Promise<unknown>): Promise<RedisUsage> {
  const first = await readRedisCounters(redis);
  const before = await readRedisCounters(redis);
  await load();
  const after = await readRedisCounters(redis);
  const reading = difference(first, before);
  const total = difference(before, after);
  const background = BACKGROUND_COMMANDS.reduce((sum, name) => sum + (total.calls.get(name) ?? 0), 0);
  const calls = [...total.calls].map(
    ([name, count]) => [name, count - (reading.calls.get(name) ?? 0)] as const,
  );
  return {
    calls: new Map(calls.filter(([name, count]) => count > 0 && !BACKGROUND_COMMANDS.includes(name))),
    bytesIn: total.bytesIn - reading.bytesIn,
    bytesOut: total.bytesOut - reading.bytesOut,
    reads: total.reads - reading.reads - background,
  };
}

function difference(before: RedisCounters, after: RedisCounters): RedisUsage {
  const calls = [...after.calls].map(
    ([name, count]) => [name, count - (before.calls.get(name) ?? 0)] as const,
  );
  return {
    calls: new Map(calls),
    bytesIn: after.bytesIn - before.bytesIn,
    bytesOut: after.bytesOut - before.bytesOut,
    reads: after.reads - before.reads,
  };
}
