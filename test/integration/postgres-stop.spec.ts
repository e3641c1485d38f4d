import { Standing } from '../../src/standing/standing.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, registerCached } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

/** Whether the end of a connection or the refusal of a new one is seen first is another race in each instance and at each stop. */
const INSTANCES = 3;
const STOPS = 3;

describe('instances whose PostgreSQL is stopped in good order', () => {
  let postgres: PostgresServer;
  let database: TestDatabase;
  let redis: TestRedis;
  let apps: AppInProcess[];

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([
      PostgresServer.start({ durability: 'process' }),
      createTestRedis(),
    ]);
    database = await postgres.createDatabase();
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    apps = [];
    for (let count = 0; count < INSTANCES; count++) apps.push(await AppInProcess.start(env));
    for (const app of apps) await app.trusted();
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await redis.stop();
    await database.drop();
    await postgres.stop();
  });

  it.each([
    ['its clients are ended (fast)', 'SIGINT'],
    ['everything ends at once (immediate)', 'SIGQUIT'],
  ] as const)(
    'serve the sessions that they know when %s',
    async (_how, signal) => {
      for (let stop = 0; stop < STOPS; stop++) {
        const members = await Promise.all(apps.map(registerCached));
        process.kill(postgres.pid, signal);
        const states = () => apps.map((app) => app.get(Standing).state);
        await waitFor(() => states().every((state) => state === 'unreachable'), {
          what: 'PostgreSQL to be out of reach',
        });
        const reads = apps.map((app, index) => getMe(app, members[index]!));
        await expect(Promise.all(reads)).resolves.toEqual(apps.map(() => '200'));
        await postgres.restart();
        for (const app of apps) await app.trusted();
      }
    },
    120_000,
  );
});
