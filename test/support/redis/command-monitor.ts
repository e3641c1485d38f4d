import { redisInfo, withRedis, type RedisConnection } from './redis-connection.js';

export interface CommandCount<T> {
  /** What the callback returned. */
  result: T;
  /** How often Redis executed each command, by lower-case name (`get`, `client|setinfo`). */
  commands: Record<string, number>;
  /** The sum of `commands`. */
  total: number;
  /** How many times Redis read from its sockets: pipelined commands share a read. */
  reads: number;
}

/** Counts what Redis executes, for all its clients together, while the callback runs. */
export async function monitorCommands<T>(
  redisUrl: string,
  callback: () => Promise<T>,
): Promise<CommandCount<T>> {
  return withRedis(redisUrl, async (redis) => {
    const before = await snapshot(redis);
    const result = await callback();
    const after = await snapshot(redis);
    const commands = difference(before.calls, after.calls);
    const total = Object.values(commands).reduce((sum, count) => sum + count, 0);
    // One of the reads is that of the second INFO.
    return { result, commands, total, reads: after.reads - before.reads - 1 };
  });
}

interface Snapshot {
  calls: Map<string, number>;
  reads: number;
}

async function snapshot(redis: RedisConnection): Promise<Snapshot> {
  const calls = new Map<string, number>();
  const info = await redisInfo(redis, 'everything');
  for (const [name, value] of info) {
    const count = /^calls=(\d+)/.exec(value)?.[1];
    // INFO is how this counts.
    if (name.startsWith('cmdstat_') && name !== 'cmdstat_info') calls.set(name.slice(8), Number(count));
  }
  return { calls, reads: Number(info.get('total_reads_processed')) };
}

function difference(before: Map<string, number>, after: Map<string, number>): Record<string, number> {
  const grown = [...after].map(([name, count]): [string, number] => [name, count - (before.get(name) ?? 0)]);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}
