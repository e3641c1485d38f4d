import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { SessionCleanupService } from '../../src/sessions/session-cleanup.service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { AppInProcess } from './app-in-process.js';

/** Intervals in the future are negative. */
interface Age {
  expired: string;
  revoked?: string;
}

describe('the clean-up of ended sessions', () => {
  let database: TestDatabase;
  let app: AppInProcess;
  let userId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await AppInProcess.start({ DATABASE_URL: database.url });
    const [user] = (await app.query(
      `INSERT INTO users (email, password_hash, full_name) VALUES ('a@example.org', '-', 'A') RETURNING id`,
    )) as { id: string }[];
    userId = user!.id;
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });
  beforeEach(() => app.query('DELETE FROM sessions; DELETE FROM invalidations'));

  const cleanUp = () => app.get(SessionCleanupService).removeEnded();

  async function add({ expired, revoked }: Age): Promise<string> {
    const id = randomUUID();
    await app.query(
      `INSERT INTO sessions (id, user_id, refresh_jti, created_at, expires_at, revoked_at, revoke_reason)
       VALUES ($1, $2, gen_random_uuid(), now() - interval '100 days', now() - $3::interval,
               now() - $4::interval, CASE WHEN $4::interval IS NULL THEN NULL ELSE 'logout' END)`,
      [id, userId, expired, revoked ?? null],
    );
    return id;
  }

  const remaining = async () =>
    ((await app.query('SELECT id FROM sessions')) as { id: string }[]).map(({ id }) => id);
  const logged = async () =>
    ((await app.query('SELECT count(*)::int AS rows FROM invalidations')) as { rows: number }[])[0]?.rows;

  it('removes those that ended more than thirty days ago, and no other', async () => {
    await add({ expired: '31 days' });
    await add({ expired: '40 days', revoked: '31 days' });
    await add({ expired: '-7 days', revoked: '31 days' });
    const kept = [
      await add({ expired: '-7 days' }),
      await add({ expired: '-1 second' }),
      await add({ expired: '1 second' }),
      await add({ expired: '29 days' }),
      await add({ expired: '-7 days', revoked: '1 second' }),
      await add({ expired: '-7 days', revoked: '29 days' }),
    ];
    await expect(cleanUp()).resolves.toBe(3);
    expect((await remaining()).sort()).toEqual(kept.sort());
    await expect(cleanUp()).resolves.toBe(0);
  });

  it('tells nobody: what ended long ago is in no cache', async () => {
    await add({ expired: '31 days' });
    await add({ expired: '-7 days', revoked: '31 days' });
    await expect(cleanUp()).resolves.toBe(2);
    await expect(logged()).resolves.toBe(0);
  });

  it('is no way to end a live one unheard', async () => {
    const id = await add({ expired: '-7 days' });
    await app.query('DELETE FROM sessions WHERE id = $1', [id]);
    await expect(logged()).resolves.toBe(1);
  });

  it('goes on to the last batch, and shares the work with other instances', async () => {
    const count = 11_000;
    await app.query(
      `INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), now() - interval '31 days' FROM generate_series(1, $2)`,
      [userId, count],
    );
    const live = await add({ expired: '-7 days' });
    const [mine, theirs] = await Promise.all([cleanUp(), cleanUp()]);
    await cleanUp();
    await expect(remaining()).resolves.toEqual([live]);
    expect(mine + theirs).toBeLessThanOrEqual(count);
    expect(mine + theirs).toBeGreaterThanOrEqual(count - 5000);
  });

  it('waits for nobody who holds an ended session', async () => {
    const [held, free] = [await add({ expired: '31 days' }), await add({ expired: '31 days' })];
    const holder = app.get(DataSource).createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [held]);
    await expect(cleanUp()).resolves.toBe(1);
    expect(await remaining()).not.toContain(free);
    await holder.rollbackTransaction();
    await holder.release();
    await expect(cleanUp()).resolves.toBe(1);
  });
});
