import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { SessionCleanupService } from '../../src/sessions/session-cleanup.service.js';
import { sql } from '../support/postgres/sql.js';
import { AppInProcess } from './app-in-process.js';
import { appSuite } from './app-suite.js';

/** A request's statement may take half of it. */
const TIMEOUT_MS = '2000';

/** Intervals in the future are negative. */
interface Age {
  expired: string;
  revoked?: string;
}

describe('the clean-up of ended sessions', () => {
  const { app, database } = appSuite({ DATABASE_TIMEOUT_MS: TIMEOUT_MS });
  let userId: string;

  beforeAll(async () => {
    const [user] = (await query(
      `INSERT INTO users (email, password_hash, full_name, role) VALUES ('a@example.org', '-', 'A', 'student') RETURNING id`,
    )) as { id: string }[];
    userId = user!.id;
  });
  beforeEach(() => query('DELETE FROM sessions; DELETE FROM invalidations'));

  /** Not within the short time that the application's own statements have. */
  const query = (statement: string, values: unknown[] = []): Promise<unknown> =>
    sql(database.url, statement, values);
  const cleanUp = (blocks?: number) => app.get(SessionCleanupService).removeEnded(blocks);

  async function add({ expired, revoked }: Age): Promise<string> {
    const id = randomUUID();
    await query(
      `INSERT INTO sessions (id, user_id, refresh_jti, created_at, expires_at, revoked_at, revoke_reason)
       VALUES ($1, $2, gen_random_uuid(), now() - interval '100 days', now() - $3::interval,
               now() - $4::interval, CASE WHEN $4::interval IS NULL THEN NULL ELSE 'logout' END)`,
      [id, userId, expired, revoked ?? null],
    );
    return id;
  }

  const remaining = async () =>
    ((await query('SELECT id FROM sessions')) as { id: string }[]).map(({ id }) => id);
  const logged = async () =>
    ((await query('SELECT count(*)::int AS rows FROM invalidations')) as { rows: number }[])[0]?.rows;

  it('deletes sessions that ended more than thirty days ago, and no others', async () => {
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

  it('writes no row to the log: a session that ended long ago is in no cache', async () => {
    await add({ expired: '31 days' });
    await add({ expired: '-7 days', revoked: '31 days' });
    await expect(cleanUp()).resolves.toBe(2);
    await expect(logged()).resolves.toBe(0);
  });

  it('cannot end a live session without a row in the log', async () => {
    const id = await add({ expired: '-7 days' });
    await query('DELETE FROM sessions WHERE id = $1', [id]);
    await expect(logged()).resolves.toBe(1);
  });

  async function addExpired(count: number): Promise<void> {
    await query(
      `INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), now() - interval '31 days' FROM generate_series(1, $2)`,
      [userId, count],
    );
  }

  it('scans the whole table, some blocks per statement', async () => {
    const live = [await add({ expired: '-7 days' })];
    await addExpired(1000);
    live.push(await add({ expired: '-7 days' }));
    await addExpired(1000);
    live.push(await add({ expired: '-7 days' }));
    const [size] = (await query(`SELECT pg_relation_size('sessions') / 8192 AS blocks`)) as {
      blocks: string;
    }[];
    expect(Number(size?.blocks)).toBeGreaterThan(20);
    await expect(cleanUp(3)).resolves.toBe(2000);
    expect((await remaining()).sort()).toEqual(live.sort());
  });

  it('is done by one instance at a time', async () => {
    await addExpired(2000);
    const live = await add({ expired: '-7 days' });
    const removed = await Promise.all([cleanUp(1), cleanUp(1), cleanUp(1)]);
    expect(removed.sort((a, b) => b - a)).toEqual([2000, 0, 0]);
    await expect(remaining()).resolves.toEqual([live]);
  });

  it('may take longer than a request', async () => {
    await add({ expired: '31 days' });
    await query(`
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.1); RETURN OLD; END $$;
      CREATE TRIGGER slow BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION wait()`);
    await expect(app.query('DELETE FROM sessions')).rejects.toThrow('statement timeout');
    await expect(cleanUp()).resolves.toBe(1);
    await query('DROP TRIGGER slow ON sessions; DROP FUNCTION wait()');
  });

  it('reports a failure, and deletes the rest in a later run', async () => {
    await add({ expired: '31 days' });
    await query(`
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
      CREATE TRIGGER fail BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION fail()`);
    await expect(cleanUp()).rejects.toThrow('refused');
    await query('DROP TRIGGER fail ON sessions; DROP FUNCTION fail()');
    await expect(cleanUp()).resolves.toBe(1);
  });

  it('does not wait for a transaction that has locked an ended session', async () => {
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

describe('the clean-up of ended sessions in the embedded database', () => {
  it('deletes sessions that ended long ago', async () => {
    const app = await AppInProcess.start({});
    try {
      await app.query(`
        WITH owner AS (
          INSERT INTO users (email, password_hash, full_name, role) VALUES ('a@example.org', '-', 'A', 'student') RETURNING id)
        INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
        SELECT gen_random_uuid(), owner.id, gen_random_uuid(), now() - (i - 1) * interval '31 days'
        FROM owner, generate_series(1, 200) i`);
      await expect(app.get(SessionCleanupService).removeEnded(2)).resolves.toBe(199);
      await expect(app.get(SessionCleanupService).removeEnded(2)).resolves.toBe(0);
    } finally {
      await app.stop();
    }
  });
});
