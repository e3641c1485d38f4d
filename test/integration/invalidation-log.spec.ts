import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { logIn, register } from './accounts.js';
import { connectedClient, databaseOfSuite } from './app-suite.js';

interface LogRow {
  kind: string;
  user_id: string;
  session_id: string | null;
  reason: string | null;
  claims: object | null;
}

/** By plain SQL, as an operator may do it: the database itself keeps the log. */
describe('the invalidation log', () => {
  const database = databaseOfSuite();
  let client: pg.Client;
  let user: string;
  let sessions: string[];

  beforeAll(async () => {
    client = await connectedClient(database.url);
  });
  beforeEach(async () => {
    user = randomUUID();
    sessions = [randomUUID(), randomUUID()].sort();
    await client.query(
      `INSERT INTO users (id, email, password_hash, full_name, role) VALUES ($1, $2, 'x', 'A', 'student')`,
      [user, `${user}@example.org`],
    );
    for (const id of sessions) {
      await client.query(
        `INSERT INTO sessions (id, user_id, refresh_jti, expires_at) VALUES ($1, $2, $1, now() + interval '1 day')`,
        [id, user],
      );
    }
  });

  const logged = async (): Promise<LogRow[]> => {
    const { rows } = await client.query<LogRow>(
      `SELECT kind, user_id, session_id, reason, claims FROM invalidations
       WHERE user_id = $1 AND reason IS DISTINCT FROM 'user_created' ORDER BY kind DESC, session_id`,
      [user],
    );
    return rows;
  };
  const change = (statement: string) =>
    client.query(statement.replace('$user', user).replace('$session', first()));
  const first = () => sessions[0]!;
  const updated = (reason: string | null = null, claims: object | null = {}): LogRow => ({
    kind: 'user.updated',
    user_id: user,
    session_id: null,
    reason,
    claims,
  });
  const ended = (session_id: string, reason: string): LogRow => ({
    kind: 'session.revoked',
    user_id: user,
    session_id,
    reason,
    claims: null,
  });

  it('has no row for a new session, and one for a new user, which names none of its data', async () => {
    await expect(logged()).resolves.toEqual([]);
    const { rows } = await client.query('SELECT * FROM invalidations WHERE user_id = $1', [user]);
    const known = { id: expect.anything(), xid: expect.anything(), created_at: expect.any(Date) };
    const row = { ...updated('user_created'), changed: null, ...known };
    expect(rows).toEqual([row]);
  });

  it.each([
    ['role', `role = 'admin'`, null, { role: 'admin' }],
    ['name', `full_name = 'B'`, null, {}],
    ['password', `password_hash = 'y'`, 'password_changed', {}],
    ['address', `email = email || '.example'`, null, {}],
    ['role and password', `role = 'admin', password_hash = 'y'`, 'password_changed', { role: 'admin' }],
  ])("has one row for a change of a user's %s", async (_, assignment, reason, claims) => {
    await change(`UPDATE users SET ${assignment} WHERE id = '$user'`);
    await expect(logged()).resolves.toEqual([updated(reason, claims)]);
  });

  it('has no row for an update that changes nothing', async () => {
    await change(`UPDATE users SET role = role, full_name = full_name WHERE id = '$user'`);
    await change(`UPDATE sessions SET revoked_at = NULL, expires_at = expires_at WHERE user_id = '$user'`);
    await expect(logged()).resolves.toEqual([]);
  });

  it('has a row for each session that a deactivation ends', async () => {
    await change(`UPDATE users SET is_active = false WHERE id = '$user'`);
    await expect(logged()).resolves.toEqual([
      updated('user_deactivated'),
      ...sessions.map((id) => ended(id, 'user_deactivated')),
    ]);
    const { rows } = await client.query('SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [
      user,
    ]);
    expect(rows).toEqual([]);
  });

  it('has no row for ended sessions when their user is activated again', async () => {
    await change(`UPDATE users SET is_active = false WHERE id = '$user'`);
    await change(`UPDATE users SET is_active = true WHERE id = '$user'`);
    await expect(logged()).resolves.toHaveLength(4);
  });

  it('has rows for the deletion of a user and for each session that ends by it', async () => {
    await change(`DELETE FROM users WHERE id = '$user'`);
    await expect(logged()).resolves.toEqual([
      { ...updated(null, null), kind: 'user.deleted' },
      ...sessions.map((id) => ended(id, 'user_erased')),
    ]);
  });

  it('has one row for a revocation, with its reason', async () => {
    const revoke = `UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout' WHERE id = '$session'`;
    await change(revoke);
    await change(revoke);
    await expect(logged()).resolves.toEqual([ended(first(), 'logout')]);
  });

  it('has a row for a session that is made to expire now, and none when it is prolonged', async () => {
    await change(`UPDATE sessions SET expires_at = expires_at + interval '1 day' WHERE id = '$session'`);
    await expect(logged()).resolves.toEqual([]);
    await change(`UPDATE sessions SET expires_at = clock_timestamp() WHERE id = '$session'`);
    await expect(logged()).resolves.toEqual([ended(first(), 'expired')]);
  });

  it('records a session that is made to expire earlier as a change of its user, not as an end', async () => {
    await change(`UPDATE sessions SET expires_at = expires_at - interval '1 hour' WHERE id = '$session'`);
    await expect(logged()).resolves.toEqual([updated(null, null)]);
  });

  it('records a rotation that shortens the session as a change of its user, not as an end', async () => {
    await change(
      `UPDATE sessions SET refresh_jti = gen_random_uuid(), previous_refresh_jti = refresh_jti, rotated_at = now(),
         last_used_at = now(), expires_at = now() + interval '1 hour' WHERE id = '$session'`,
    );
    await expect(logged()).resolves.toEqual([updated(null, null)]);
  });

  it('truncates a reason that is too long for a notification', async () => {
    await change(
      `UPDATE sessions SET revoked_at = now(), revoke_reason = repeat('x', 10000) WHERE id = '$session'`,
    );
    await expect(logged()).resolves.toEqual([ended(first(), 'x'.repeat(100))]);
  });

  it('has a row for the deletion of a live session, and none for that of an ended one', async () => {
    await change(`DELETE FROM sessions WHERE id = '$session'`);
    await expect(logged()).resolves.toEqual([ended(first(), 'session_deleted')]);
    await client.query(
      `UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout' WHERE user_id = $1`,
      [user],
    );
    await client.query('DELETE FROM sessions WHERE user_id = $1', [user]);
    await expect(logged()).resolves.toEqual(
      [ended(first(), 'session_deleted'), ended(sessions[1]!, 'logout')].sort(bySession),
    );
  });

  it('has no row for a refresh', async () => {
    await change(
      `UPDATE sessions SET refresh_jti = gen_random_uuid(), previous_refresh_jti = refresh_jti, rotated_at = now(),
         last_used_at = now(), expires_at = expires_at + interval '1 hour' WHERE id = '$session'`,
    );
    await expect(logged()).resolves.toEqual([]);
  });

  it('has its row in the same transaction as the change', async () => {
    await client.query('BEGIN');
    const { rows } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
    await change(`UPDATE users SET role = 'researcher' WHERE id = '$user'`);
    await client.query('COMMIT');
    const log = await client.query<{ xid: string }>(
      'SELECT xid::text FROM invalidations WHERE user_id = $1 ORDER BY id DESC LIMIT 1',
      [user],
    );
    expect(log.rows).toEqual(rows);
  });

  it('keeps no row of a transaction that was rolled back', async () => {
    await client.query('BEGIN');
    await change(`UPDATE users SET role = 'admin' WHERE id = '$user'`);
    await change(`DELETE FROM sessions WHERE id = '$session'`);
    await client.query('ROLLBACK');
    await expect(logged()).resolves.toEqual([]);
  });

  it('sends no notification within the transaction, which would serialize all commits', async () => {
    const listener = await connectedClient(database.url);
    const notified: string[] = [];
    listener.on('notification', ({ channel }) => notified.push(channel));
    await listener.query('LISTEN ergodrive_invalidations; LISTEN later');
    await change(`UPDATE users SET role = 'researcher' WHERE id = '$user'`);
    await client.query('NOTIFY later');
    await waitFor(() => notified.length > 0, { what: 'a notification' });
    expect(notified).toEqual(['later']);
    await listener.end();
  });

  it.each(['users', 'sessions'])('cannot be bypassed by TRUNCATE of %s, which is refused', async (table) => {
    await expect(client.query(`TRUNCATE ${table} CASCADE`)).rejects.toThrow(`${table} is not truncated`);
    const { rows } = await client.query('SELECT 1 FROM sessions WHERE user_id = $1', [user]);
    expect(rows).toHaveLength(sessions.length);
  });

  it('gets no row from a connection that has switched the log off', async () => {
    await client.query(`SET ergodrive.invalidation_log = 'off'`);
    await change(`UPDATE users SET role = 'admin' WHERE id = '$user'`);
    await client.query('RESET ergodrive.invalidation_log');
    await expect(logged()).resolves.toEqual([]);
  });
});

describe('the embedded database', () => {
  it('keeps no invalidation log: its one process applies its own changes', async () => {
    const app = await AppInProcess.start({});
    const member = await register(app);
    const other = await logIn(app, member);
    await app.call('PATCH', '/api/v1/users/me', { token: member.token, body: { full_name: 'B' } });
    await app.call('POST', '/api/v1/auth/logout', { token: other.token });
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({
      body: { full_name: 'B' },
    });
    await expect(app.query('SELECT count(*)::int AS rows FROM invalidations')).resolves.toEqual([
      { rows: 0 },
    ]);
    await app.stop();
  }, 60_000);
});

function bySession(a: LogRow, b: LogRow): number {
  return String(a.session_id) < String(b.session_id) ? -1 : 1;
}
