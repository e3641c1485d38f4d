import { readFile } from 'node:fs/promises';
import { Standing } from '../../src/standing/standing.js';
import { SERVER, type ServerRow } from '../../src/database/history.js';
import { PostgresBaseBackup } from '../support/postgres/postgres-base-backup.js';
import { PostgresDump } from '../support/postgres/postgres-dump.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { sql } from '../support/postgres/sql.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

/** The statement that the guide names. */
async function statementOfGuide(): Promise<string> {
  const guide = await readFile(new URL('../../docs/backup-and-restore.md', import.meta.url), 'utf8');
  const [, statement = ''] = /```sql\n(UPDATE sessions[^`]*)```/.exec(guide) ?? [];
  return statement;
}

/** A backup, and how it is brought back. */
interface Backup {
  restore(): Promise<void>;
  remove(): Promise<void>;
}

describe('restoring a backup while an instance runs', () => {
  let postgres: PostgresServer;
  let database: TestDatabase;
  let redis: TestRedis;
  let app: AppInProcess;

  beforeAll(async () => {
    postgres = await PostgresServer.start({ durability: 'process' });
    [database, redis] = await Promise.all([postgres.createDatabase(), createTestRedis()]);
    app = await AppInProcess.start({
      DATABASE_URL: database.url,
      // Each connection of the pool to the lost history fails one request: here it is one.
      DATABASE_POOL_SIZE: '1',
      DATABASE_TIMEOUT_MS: '30000',
      REDIS_URL: redis.url,
      CACHE_DEADLINE_MS: '5000',
    });
    await app.trusted();
  });
  afterAll(async () => {
    await app.stop();
    await redis.stop();
    await database.drop();
    await postgres.stop();
  });

  const dump = async (): Promise<Backup> => {
    const file = await PostgresDump.of(database.url);
    return { restore: () => file.restore(database.url, { clean: true }), remove: () => file.remove() };
  };
  const copyOfTheCluster = async (): Promise<Backup> => {
    const backup = await PostgresBaseBackup.of(postgres);
    const restore = async () => {
      const { port } = postgres;
      await postgres.stop();
      postgres = await PostgresServer.start({ durability: 'process', port, createData: backup.restore });
    };
    return { restore, remove: () => backup.remove() };
  };
  const refresh = ({ refreshToken }: Member) =>
    app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: refreshToken } });
  /** The restored tables come one after the other, and the instance may follow what was there in between. */
  const followed = async () => {
    const isFollowed = async () => {
      const [server] = await sql<ServerRow>(database.url, SERVER);
      return server?.history !== '' && app.get(Standing).history === server?.history;
    };
    await waitFor(isFollowed, { what: 'the restored history' });
  };
  const answers = (member: Member, expected: string) =>
    waitFor(async () => (await getMe(app, member)) === expected, {
      what: `the answer ${expected}`,
      timeoutMs: 60_000,
    });

  it.each([
    ['pg_dump and pg_restore --clean', dump],
    ['pg_basebackup', copyOfTheCluster],
  ])(
    'with %s brings back sessions revoked since, until SQL ends them, and ends refreshed ones',
    async (_name, take) => {
      const revoked = await register(app);
      const refreshed = await logIn(app, revoked);
      const quiet = await logIn(app, revoked);
      const bystander = await register(app);
      const backup = await take();
      await expect(app.call('POST', '/api/v1/auth/logout', revoked)).resolves.toMatchObject({ status: 200 });
      await expect(getMe(app, revoked)).resolves.toBe('401 token_revoked');
      // The log says nothing of this user, so only the history of the cache entry tells that the session is lost.
      const later = await logIn(app, bystander);
      const { body } = await refresh(refreshed);
      const successor = { ...refreshed, refreshToken: String(body['refresh_token']) };
      await expect(getMe(app, later)).resolves.toBe('200');

      await backup.restore();
      await followed();
      await answers(later, '401 token_revoked');
      await answers(revoked, '200');
      await answers(quiet, '200');
      await expect(refresh(successor)).resolves.toMatchObject({ status: 401 });
      await answers(refreshed, '401 token_revoked');

      const statement = await statementOfGuide();
      await sql(database.url, statement);
      await answers(revoked, '401 token_revoked');
      await answers(quiet, '401 token_revoked');
      await expect(getMe(app, await logIn(app, revoked))).resolves.toBe('200');
      await backup.remove();
    },
  );
});
