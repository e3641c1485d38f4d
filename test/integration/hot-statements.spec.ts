import type pg from 'pg';
import { HotStatements } from '../../src/database/hot-statements.js';
import { createTestDatabase } from '../support/test-database.js';
import { AppInProcess } from './app-in-process.js';
import { join } from './members.js';

const STATEMENT = { name: 'echo', text: 'SELECT $1::int AS value, pg_backend_pid() AS connection' };
type Row = { value: number; connection: number };

describe('hot statements', () => {
  const echo = (app: AppInProcess, value: unknown) => app.get(HotStatements).run<Row>(STATEMENT, [value]);
  const refresh = async (app: AppInProcess, refresh_token: unknown) =>
    app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
  const loseConnection = async (app: AppInProcess) => {
    const { pool } = app.get(HotStatements) as unknown as { pool: pg.Pool };
    (await pool.connect()).release(true);
  };

  it('are prepared once a connection, those of refresh and of a read on a miss among them', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
    const member = await join(app);
    const { body } = await refresh(app, member.refreshToken);
    await expect(refresh(app, body['refresh_token'])).resolves.toMatchObject({ status: 200 });
    await expect(echo(app, 1)).resolves.toMatchObject([{ value: 1 }]);
    await expect(echo(app, 2)).resolves.toMatchObject([{ value: 2 }]);
    await expect(
      app.query(
        'SELECT name, generic_plans + custom_plans AS runs FROM pg_prepared_statements ORDER BY name',
      ),
    ).resolves.toEqual([
      { name: 'echo', runs: '2' },
      { name: 'live_user', runs: expect.stringMatching(/^[1-9]/) },
      { name: 'rotate_session', runs: '2' },
    ]);
    await app.stop();
    await database.drop();
  });

  it('give their connection back when they fail', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
    await expect(echo(app, 'no number')).rejects.toThrow('invalid input syntax');
    await expect(echo(app, 3)).resolves.toMatchObject([{ value: 3 }]);
    await app.stop();
    await database.drop();
  });

  it('run on connection after connection to a server, and to the embedded database', async () => {
    const database = await createTestDatabase();
    const places: Record<string, string>[] = [{ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' }, {}];
    for (const place of places) {
      const app = await AppInProcess.start(place);
      for (const value of [4, 5]) {
        await expect(echo(app, value)).resolves.toMatchObject([{ value }]);
        await loseConnection(app);
      }
      await app.stop();
    }
    await database.drop();
  });
});
