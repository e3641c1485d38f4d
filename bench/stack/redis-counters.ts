import type { RedisServer } from '../../test/support/redis-server.js';

/** What Redis has done since its start. */
export interface RedisCounters {
  /** Calls by command. */
  readonly calls: ReadonlyMap<string, number>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** How often it read from a socket: commands that came in one write count once. */
  readonly reads: number;
  readonly usedMemoryBytes: number;
}

/** What requests made Redis do. */
export type RedisWork = Omit<RedisCounters, 'usedMemoryBytes'>;

/** Sent by timers of the server, however many requests there are: the count of entries, and the heartbeat. */
const BACKGROUND = ['scan', 'ping'];

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

/**
 * Counts what Redis does during a load: without what a reading of the counters itself costs, and without the commands that
 * are sent in the background.
 */
export async function countingRedisWork(
  redis: RedisServer,
  load: () => Promise<unknown>,
): Promise<RedisWork> {
  const first = await readRedisCounters(redis);
  const before = await readRedisCounters(redis);
  await load();
  const after = await readRedisCounters(redis);
  const reading = difference(first, before);
  const total = difference(before, after);
  const background = BACKGROUND.reduce((sum, name) => sum + (total.calls.get(name) ?? 0), 0);
  const calls = [...total.calls].map(
    ([name, count]) => [name, count - (reading.calls.get(name) ?? 0)] as const,
  );
  return {
    calls: new Map(calls.filter(([name, count]) => count > 0 && !BACKGROUND.includes(name))),
    bytesIn: total.bytesIn - reading.bytesIn,
    bytesOut: total.bytesOut - reading.bytesOut,
    reads: total.reads - reading.reads - background,
  };
}

function difference(before: RedisCounters, after: RedisCounters): RedisWork {
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
