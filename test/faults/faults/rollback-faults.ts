import { join } from 'node:path';
import { RedisServer } from '../../support/redis/redis-server.js';
import { makeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import type { Fault, FaultContext } from '../run-fault.js';
import type { Deployment } from '../deployment/deployment.js';
import type { TestSession } from '../load/population.js';

const SESSIONS = 10;
/** Each way. It takes an instance some round trips to correct what Redis brought back. */
const SLOW_MS = 10;

/** Redis comes back with entries that prove sessions live which have been ended since. */
export const ROLLBACK_FAULTS: readonly Fault<Deployment>[] = [
  { name: 'Redis back from an RDB older than the logouts', run: (context) => rollBack(context) },
  {
    name: 'Redis back from an RDB older than the logouts, on slow links',
    run: async (context) => {
      const { links } = context.deployment;
      await Promise.all(links.map((link) => link.delay(SLOW_MS)));
      const endedAt = await rollBack(context);
      await Promise.all(links.map((link) => link.pass()));
      return endedAt;
    },
  },
];

async function rollBack({
  deployment,
  load,
  client,
  newSessions,
}: FaultContext<Deployment>): Promise<number> {
  const { redis, instances } = deployment;
  const rdb = join(await makeTemporaryDirectory('rdb'), 'before.rdb');
  const sessions = await newSessions(SESSIONS);
  await client.warm(instances[0]!, sessions, redis);
  await redis.save(rdb);
  await Promise.all(
    sessions.map((session, index) => client.logout(instances[index % instances.length]!, session)),
  );
  await load.continueFor(1000);
  await expectInSnapshot(rdb, sessions);
  await redis.kill9();
  await redis.restart({ keepData: false, rdb });
  const endedAt = performance.now();
  await client.presentUntil(deployment.recovered(), instances, sessions);
  return endedAt;
}

/** Reads the snapshot where no instance can correct it. */
async function expectInSnapshot(rdb: string, sessions: readonly TestSession[]): Promise<void> {
  const scratch = await RedisServer.start();
  await scratch.restart({ keepData: false, rdb });
  for (const { user, id } of sessions)
    expect(String(await scratch.cli('GET', `user:${user.id}`))).toContain(id);
  await scratch.stop();
}
