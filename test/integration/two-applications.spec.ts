import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { AppInProcess } from './app-in-process.js';
import { register } from './accounts.js';

describe('two applications in one process', () => {
  let databases: TestDatabase[];
  let apps: AppInProcess[];

  beforeAll(async () => {
    databases = await Promise.all([createTestDatabase(), createTestDatabase()]);
    apps = await Promise.all(
      databases.map(({ url }, index) =>
        AppInProcess.start({
          DATABASE_URL: url,
          JWT_SECRET: `a secret of application ${index}`.padEnd(40, 'x'),
        }),
      ),
    );
  });

  it('each verify access tokens with their own key', async () => {
    const members = await Promise.all(apps.map((app) => register(app)));
    const statuses = await Promise.all(
      apps.map((app) =>
        Promise.all(
          members.map(async (member) => (await app.call('GET', '/api/v1/users/me', member)).status),
        ),
      ),
    );
    expect(statuses).toEqual([
      [200, 401],
      [401, 200],
    ]);
  });

  it('answer each of many requests at once about its own user', async () => {
    const [app] = apps as [AppInProcess];
    const members = await Promise.all(Array.from({ length: 8 }, () => register(app)));
    const callers = Array.from({ length: 40 }, (_, index) => members[index % members.length]!);
    const ids = await Promise.all(
      callers.map(async (member) => (await app.call('GET', '/api/v1/users/me', member)).body['id']),
    );
    expect(ids).toEqual(callers.map(({ id }) => id));
  });
});
