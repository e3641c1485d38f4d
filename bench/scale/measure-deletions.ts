import { randomUUID } from 'node:crypto';
import { RedisServer } from '../../test/support/redis/redis-server.js';
import { massInsert } from '../population/mass-insert.js';
import { cpuMsOf } from './postgres-usage.js';

const ENTRIES = 200_000;
/** As many entries as a page of the log often has. */
const ENTRIES_OF_COMMAND = 100;

/** Measures what Redis spends on one entry, and its lease, in a deletion of many. Most entries are gone already, as for all followers but one. */
export async function measureDeletions(): Promise<number> {
  const redis = await RedisServer.start();
  try {
    const before = await cpuMsOf(redis.pid);
    await massInsert(redis.port, deletions());
    return Math.round((((await cpuMsOf(redis.pid)) - before) * 100_000) / ENTRIES) / 100;
  } finally {
    await redis.stop();
  }
}

function* deletions(): Generator<string[]> {
  for (let count = 0; count < ENTRIES; count += ENTRIES_OF_COMMAND) {
    const ids = Array.from({ length: ENTRIES_OF_COMMAND }, () => randomUUID());
    yield ['DEL', ...ids.flatMap((id) => [`{user:${id}}:lease`, `user:${id}`])];
  }
}
