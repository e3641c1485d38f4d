import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresProgram } from '../support/postgres/postgres-cluster.js';
import { sql } from '../support/postgres/sql.js';
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../support/postgres/test-database.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { AppInProcess } from './app-in-process.js';
import { getMe } from './accounts.js';

// Jest runs from the project's root.
const read = (file: string) => readFileSync(join(process.cwd(), 'test/fixtures/v0.1.0', file), 'utf8');

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** What 0.1.0 gave its clients, and what it had in Redis before the revocations that the database holds. */
interface Recording {
  secret: string;
  sessions: Record<'admin' | 'live' | 'loggedOut' | 'superseded' | 'rotated' | 'deactivated', Tokens>;
  redis: Record<'before' | 'after', { key: string; value: string }[]>;
}

const { secret, sessions, redis: entries } = JSON.parse(read('recording.json')) as Recording;

describe('the database and Redis of 0.1.0 under this version', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let app: AppInProcess;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createEmptyDatabase(), createTestRedis()]);
    await sql(database.url, read('database.sql'));
    await restore(entries.after);
    app = await AppInProcess.start({
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      JWT_SECRET: secret,
      // The recorded sessions stay usable for as long as this version allows.
      SESSION_MAX_DAYS: '3650',
      AUDIT_RETENTION_DAYS: '0',
    });
    await app.trusted();
  });

  async function restore(recorded: Recording['redis']['before']): Promise<void> {
    await withRedis(redis.url, async (connection) => {
      for (const { key, value } of recorded) await connection.send('SET', key, value, 'EX', '3600');
    });
  }

  const see = ({ access_token }: Tokens) => getMe(app, { token: access_token });

  async function refresh({ refresh_token }: Tokens): Promise<string | Tokens> {
    const { status, body } = await app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
    return status === 200 ? (body as unknown as Tokens) : `${status} ${String(body['code'])}`;
  }

  async function logIn(email: string): Promise<string> {
    const { status, body } = await app.call('POST', '/api/v1/auth/login/json', {
      body: { email, password: 'Test1234' },
    });
    return status === 200 ? '200' : `${status} ${String(body['code'])}`;
  }

  it('get the schema that a new database has', async () => {
    const fresh = await createTestDatabase();
    const first = await AppInProcess.start({ DATABASE_URL: fresh.url });
    try {
      expect(await schemaOf(database.url)).toEqual(await schemaOf(fresh.url));
    } finally {
      await first.stop();
      await fresh.drop();
    }
  });

  it('let accounts log in with their passwords, and keep a deactivated one out', async () => {
    await expect(logIn('ada@example.org')).resolves.toBe('200');
    await expect(logIn('grace@example.org')).resolves.toBe('403 user_inactive');
  });

  it('keep accounts, roles, sessions and the audit trail', async () => {
    const token = sessions.live.access_token;
    const me = await app.call('GET', '/api/v1/users/me', { token });
    expect(me.body).toMatchObject({ full_name: 'Ada Lovelace', role: 'researcher', is_active: true });
    const mine = await app.call('GET', '/api/v1/sessions', { token });
    expect(mine.body['sessions']).toContainEqual(expect.objectContaining({ current: true }));
    const audit = await app.call('GET', '/api/v1/audit?action=user.role_changed', {
      token: sessions.admin.access_token,
    });
    expect(audit.body['events']).toHaveLength(1);
  });

  it('accept the access token of a live session, and rotate its refresh token', async () => {
    await expect(see(sessions.live)).resolves.toBe('200');
    const successor = await refresh(sessions.live);
    expect(successor).toEqual(expect.objectContaining({ access_token: expect.any(String) }));
    await expect(see(successor as Tokens)).resolves.toBe('200');
    await expect(refresh(successor as Tokens)).resolves.toEqual(
      expect.objectContaining({ refresh_token: expect.any(String) }),
    );
  });

  it('end a session whose superseded refresh token comes back', async () => {
    await expect(see(sessions.rotated)).resolves.toBe('200');
    await expect(refresh(sessions.superseded)).resolves.toBe('401 token_revoked');
    await expect(see(sessions.rotated)).resolves.toBe('401 token_revoked');
    await expect(see(sessions.live)).resolves.toBe('200');
  });

  it.each(['loggedOut', 'deactivated'] as const)('refuse the tokens of the %s session', async (name) => {
    await expect(see(sessions[name])).resolves.toBe('401 token_revoked');
    await expect(refresh(sessions[name])).resolves.toBe('401 token_revoked');
  });

  it('count cache entries of 0.1.0 that allow a revoked session as missing', async () => {
    await withRedis(redis.url, (connection) => connection.send('FLUSHDB'));
    await restore(entries.before);
    await expect(see(sessions.deactivated)).resolves.toBe('401 token_revoked');
    await expect(see(sessions.loggedOut)).resolves.toBe('401 token_revoked');
    await expect(see(sessions.live)).resolves.toBe('200');
  });
});

/** The statements that make the tables, functions and triggers, without comments and the dump's own random key. */
async function schemaOf(url: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(await postgresProgram('pg_dump'), ['--schema-only', url]);
  return stdout.split('\n').filter((line) => line !== '' && !/^(--|\\)/.test(line));
}
