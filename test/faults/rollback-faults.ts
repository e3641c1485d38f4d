import { join } from 'node:path';
import { RedisServer } from '../support/redis-server.js';
import { makeTemporaryDirectory } from '../support/temporary-directory.js';
import type { Fault, Scene } from './drill.js';
import type { House } from './house.js';
import type { TestSession } from './population.js';

const WITNESSES = 10;
/** Each way. It takes an instance some round trips to correct what Redis brought back. */
const SLOW_MS = 20;

/** Redis comes back with entries that prove sessions live which have been ended since. */
export const ROLLBACK_FAULTS: readonly Fault<House>[] = [
  { name: 'Redis back from an RDB older than the logouts', play: (scene) => rollBack(scene) },
  {
    name: 'the same on slow links',
    play: async (scene) => {
      const { links } = scene.house;
      await Promise.all(links.map((link) => link.delay(SLOW_MS)));
      const mended = await rollBack(scene);
      await Promise.all(links.map((link) => link.pass()));
      return mended;
    },
  },
];

async function rollBack({ house, load, client, witnesses }: Scene<House>): Promise<number> {
  const { redis, instances } = house;
  const rdb = join(await makeTemporaryDirectory('rdb'), 'before.rdb');
  const sessions = await witnesses(WITNESSES);
  await client.warm(instances[0]!, sessions, redis);
  await redis.save(rdb);
  await Promise.all(
    sessions.map((session, index) => client.logout(instances[index % instances.length]!, session)),
  );
  await load.lasts(1000);
  await expectInSnapshot(rdb, sessions);
  await redis.kill9();
  await redis.restart({ keepData: false, rdb });
  const mended = performance.now();
  await client.presentUntil(house.recovered(), instances, sessions);
  return mended;
}

/** Reads the snapshot where no instance can correct it. */
async function expectInSnapshot(rdb: string, sessions: readonly TestSession[]): Promise<void> {
  const scratch = await RedisServer.start();
  await scratch.restart({ keepData: false, rdb });
  for (const { user, id } of sessions)
    expect(String(await scratch.cli('GET', `user:${user.id}`))).toContain(id);
  await scratch.stop();
}
