import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ACCEPTANCE_MS } from '../../src/common/acceptance.js';
import { isLive } from '../../src/database/live-session.js';
import { STORE_POSITION } from '../../src/log/invalidation-log.js';
import { sql } from '../support/postgres/sql.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { waitFor } from '../support/wait-for.js';
import { expectAnswer, claimsOf, getMe, logIn, type Member, register, registerCached } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { keepMails } from './letters.js';
import { registerAdmin } from './oauth-clients.js';
import { connectedClient, databaseOfSuite, redisOfSuite } from './app-suite.js';

const ROUTE = '/api/v1/sessions/end-everybody';
const REVOKED = '401 token_revoked';
const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describe("everybody's sessions, ended in one call,", () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();
  let operator: pg.Client;
  let one: AppInProcess;
  let other: AppInProcess;
  let variables: Record<string, string>;

  beforeAll(async () => {
    variables = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      JWT_SECRET: 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu',
      CACHE_DEADLINE_MS: '5000',
      DATABASE_TIMEOUT_MS: '20000',
    };
    [one, other] = [await AppInProcess.start(variables), await AppInProcess.start(variables)];
    // A mail that is written locks its account, too.
    for (const app of [one, other]) await Promise.all([app.trusted(), keepMails(app)]);
    operator = await connectedClient(database.url);
  });
  beforeEach(async () => {
    await sql(database.url, 'DELETE FROM sessions');
    await sql(database.url, 'DELETE FROM invalidations');
  });
  // A test that failed in the midst of a transaction leaves its locks to no other.
  afterEach(() => operator.query('ROLLBACK'));

  const end = ({ token }: Member) => one.call('POST', ROUTE, { token });
  const rowsOf = (statement: string) => sql<Record<string, unknown>>(database.url, statement);
  const refresh = ({ refreshToken }: Member) =>
    other.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: refreshToken } });
  const waitingForLock = (count: number) =>
    waitFor(async () => (await rowsOf(WAITING)).length === count, { what: `${count} to wait for a lock` });

  it('are refused by every instance once the call is answered, also that of the caller', async () => {
    const admin = await registerAdmin(one);
    const members = await Promise.all(Array.from({ length: 5 }, () => registerCached(other)));
    const beganAt = performance.now();
    await expect(end(admin)).resolves.toMatchObject({ status: 200, body: { ended: 7 } });
    // Whether an entry could be deleted or not.
    expect(performance.now() - beganAt).toBeGreaterThan(ACCEPTANCE_MS);
    for (const app of [one, other])
      for (const member of [admin, ...members]) await expect(getMe(app, member)).resolves.toBe(REVOKED);
    await expectAnswer(refresh(members[0]!), 401, { code: 'token_revoked' });
  });

  it('are one row of the log and one line of the audit trail', async () => {
    const admin = await registerAdmin(one);
    await register(other);
    await sql(database.url, 'DELETE FROM invalidations');
    await end(admin);
    await expect(rowsOf('SELECT kind, session_id, reason FROM invalidations')).resolves.toEqual([
      { kind: 'sessions.ended', session_id: null, reason: 'ended_for_everybody' },
    ]);
    const lines = `SELECT actor_id, user_id, session_id, details FROM audit_events WHERE action = 'session.everybody_ended'`;
    expect((await rowsOf(`${lines} ORDER BY id DESC LIMIT 1`))[0]).toEqual({
      actor_id: admin.id,
      user_id: null,
      session_id: null,
      details: { ended: 3 },
    });
    await expect(rowsOf(`SELECT FROM audit_events WHERE action = 'session.revoked'`)).resolves.toEqual([]);
  });

  it('stay refused when Redis brings their entries back, also by an instance that starts later', async () => {
    // With a position of the log, a replay goes by its rows alone.
    await sql(database.url, STORE_POSITION);
    const admin = await registerAdmin(one);
    // Each token is presented once: a token that was refused is on the blacklist.
    const members = [
      await registerCached(one),
      await registerCached(one),
      await registerCached(one),
    ] as const;
    const entries = await withRedis(redis.url, (connection) =>
      Promise.all(members.map(({ id }) => connection.send('GET', `user:${id}`))),
    );
    await end(admin);
    const bringBack = () =>
      withRedis(redis.url, (connection) =>
        Promise.all(
          members.map(({ id }, index) =>
            connection.send('SET', `user:${id}`, String(entries[index]), 'PX', '600000'),
          ),
        ),
      );
    await bringBack();
    await expect(getMe(one, members[0])).resolves.toBe(REVOKED);
    await expect(getMe(other, members[1])).resolves.toBe(REVOKED);
    const third = await AppInProcess.start(variables);
    try {
      await third.trusted();
      await bringBack();
      await expect(getMe(third, members[2])).resolves.toBe(REVOKED);
    } finally {
      await third.stop();
    }
  });

  it('leave no entries in Redis, where an instance that has lost PostgreSQL would find them', async () => {
    const admin = await registerAdmin(one);
    const members = await Promise.all(Array.from({ length: 3 }, () => registerCached(one)));
    await end(admin);
    const left = await withRedis(redis.url, (connection) =>
      connection.send('EXISTS', ...members.map(({ id }) => `user:${id}`)),
    );
    expect(left).toBe(0);
  });

  it('are followed by sessions of new logins, which are live', async () => {
    const admin = await registerAdmin(one);
    const member = await register(one);
    await end(admin);
    const again = await logIn(other, member);
    await expect(getMe(one, again)).resolves.toBe('200');
    const listed = await one.call('GET', '/api/v1/sessions', { token: again.token });
    expect(listed.body).toMatchObject({ total: 1 });
    await expect(end(again)).resolves.toMatchObject({ status: 403 });
    await expect(getMe(other, again)).resolves.toBe('200');
  });

  it('end after a command that was under way, and before one that comes meanwhile', async () => {
    const admin = await registerAdmin(one);
    const [early, late] = [await register(one), await register(one)];
    const rename = ({ token }: Member) =>
      other.call('PATCH', '/api/v1/users/me', { token, body: { full_name: 'renamed' } });
    await operator.query('BEGIN');
    await operator.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [early.id]);
    const before = rename(early);
    await waitingForLock(1);
    const ended = end(admin);
    await waitingForLock(2);
    const after = rename(late);
    await waitingForLock(3);
    await operator.query('COMMIT');
    await expect(before).resolves.toMatchObject({ status: 200 });
    await expect(ended).resolves.toMatchObject({ status: 200 });
    await expect(after).resolves.toMatchObject({ status: 401, body: { code: 'token_revoked' } });
  });

  it('do not take a session with them that is opened meanwhile', async () => {
    const admin = await registerAdmin(one);
    const member = await register(one);
    await operator.query('BEGIN');
    await operator.query('SELECT FROM session_generation FOR UPDATE');
    const ended = end(admin);
    await waitingForLock(1);
    const opened = logIn(other, member);
    await waitingForLock(2);
    await operator.query('COMMIT');
    await expect(ended).resolves.toMatchObject({ status: 200 });
    await expect(getMe(one, await opened)).resolves.toBe('200');
  });

  it('let a login and a command of one account take turns, without a deadlock', async () => {
    const admin = await registerAdmin(one);
    const member = await register(one);
    await operator.query('BEGIN');
    await operator.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [member.id]);
    const requests = [
      other.call('PATCH', '/api/v1/users/me', { token: member.token, body: { full_name: 'renamed' } }),
      logIn(other, member),
    ];
    await waitingForLock(2);
    const ended = end(admin);
    await waitingForLock(3);
    await operator.query('COMMIT');
    await expect(Promise.all([...requests, ended])).resolves.toHaveLength(3);
  });

  it('are ended by SQL within a second', async () => {
    const member = await registerCached(one);
    await operator.query('UPDATE session_generation SET generation = generation + 1');
    for (const app of [one, other])
      await waitFor(async () => (await getMe(app, member)) === REVOKED, {
        what: 'the refusal of the token',
        timeoutMs: 1000,
      });
  });

  it('are ended by SQL after a command that was under way, and before a session that SQL opens meanwhile', async () => {
    const [member, stranger] = [await register(one), await register(one)];
    await operator.query('BEGIN');
    await operator.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [member.id]);
    const body = { full_name: 'renamed' };
    const rename = other.call('PATCH', '/api/v1/users/me', { token: member.token, body });
    await waitingForLock(1);
    const ended = rowsOf('UPDATE session_generation SET generation = generation + 1');
    await waitingForLock(2);
    const id = randomUUID();
    const open = `INSERT INTO sessions (id, user_id, refresh_jti, expires_at) SELECT $1, $2, $1, now() + interval '1 day'`;
    const opened = sql(database.url, open, [id, stranger.id]);
    await waitingForLock(3);
    await operator.query('COMMIT');
    await expect(rename).resolves.toMatchObject({ status: 200 });
    await Promise.all([ended, opened]);
    const live = `SELECT id FROM sessions WHERE ${isLive('sessions')}`;
    await expect(rowsOf(live)).resolves.toEqual([{ id }]);
  });

  it.each([
    ['the current generation goes back', 'UPDATE session_generation SET generation = generation - 1'],
    ['the current generation is deleted', 'DELETE FROM session_generation'],
    ['the current generation is truncated', 'TRUNCATE session_generation'],
    ['a session gets another generation', 'UPDATE sessions SET generation = generation + 1'],
  ])('never become live again by SQL: %s', async (_, statement) => {
    await register(one);
    await expect(sql(database.url, statement)).rejects.toThrow(/generation|not truncated/);
  });

  it('are no sessions of a deactivation that follows', async () => {
    const admin = await registerAdmin(one);
    const member = await register(one);
    await end(admin);
    await operator.query('UPDATE users SET is_active = false WHERE id = $1', [member.id]);
    const reasons = `SELECT revoke_reason FROM sessions WHERE id = '${claimsOf(member.token).sid}'`;
    await expect(rowsOf(reasons)).resolves.toEqual([{ revoke_reason: null }]);
  });
});
