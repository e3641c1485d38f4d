import { randomUUID } from 'node:crypto';
import { sql } from '../support/postgres/sql.js';
import { auditPath, type AuditQuery, AuditTrail } from './support/audit-trail.js';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

describe('GET /api/v1/audit', () => {
  const deployment = beforeSuite(() => Deployment.start());
  const admin = beforeSuite(() => deployment.admin());
  const trail = beforeSuite(() => new AuditTrail(admin));

  /** Events of an account that nobody has, one a second from 2020 on. */
  async function past(count: number): Promise<string> {
    const userId = randomUUID();
    await write(userId, count);
    return userId;
  }
  const write = (userId: string, count: number) =>
    sql(
      deployment.databaseUrl,
      `INSERT INTO audit_events (action, user_id, at)
       SELECT CASE n % 2 WHEN 0 THEN 'session.opened' ELSE 'session.revoked' END, $1,
              timestamptz '2020-01-01T00:00:00Z' + make_interval(secs => n) FROM generate_series(0, $2::int - 1) n`,
      [userId, count],
    );

  it('answers 403 to a user who is not an admin, and 401 without a token', async () => {
    const { client } = await deployment.accounts().signUp();
    expectProblem(await client.get('/api/v1/audit'), 403, 'forbidden');
    expectProblem(await deployment.client().get('/api/v1/audit'), 401, 'token_missing');
  });

  it('returns the newest fifty events by default', async () => {
    await past(60);
    const { events, next_cursor: cursor } = await trail.page();
    expect(events).toHaveLength(50);
    const ids = events.map(({ id }) => BigInt(id));
    expect(ids.every((id, index) => index === 0 || id < ids[index - 1]!)).toBe(true);
    expect(cursor).toBe(events.at(-1)?.id);
  });

  it('filters by account, action and time, alone and combined', async () => {
    const user_id = await past(10);
    const times = async (query: Record<string, string>) =>
      (await trail.page({ user_id, ...query })).events.map(({ at }) => Number(at.slice(17, 19)));
    await expect(times({})).resolves.toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    await expect(times({ action: 'session.opened' })).resolves.toEqual([8, 6, 4, 2, 0]);
    await expect(times({ action: 'user.activated' })).resolves.toEqual([]);
    const [from, to] = ['2020-01-01T00:00:03Z', '2020-01-01T00:00:07Z'];
    await expect(times({ from })).resolves.toEqual([9, 8, 7, 6, 5, 4, 3]);
    await expect(times({ to })).resolves.toEqual([6, 5, 4, 3, 2, 1, 0]);
    await expect(times({ from, to, action: 'session.revoked' })).resolves.toEqual([5, 3]);
    await expect(times({ from: '2020-01-01T01:00:03+01:00', to })).resolves.toEqual([6, 5, 4, 3]);
    await expect(times({ from: to, to: from })).resolves.toEqual([]);
  });

  it('filters by who did it, also what concerns no account', async () => {
    const [actor_id, user_id] = [randomUUID(), randomUUID()];
    await sql(
      deployment.databaseUrl,
      `INSERT INTO audit_events (action, user_id, actor_id) VALUES
       ('user.deactivated', $1, $2), ('client.created', NULL, $2), ('session.opened', $1, $1), ('client.ended', NULL, NULL)`,
      [user_id, actor_id],
    );
    const actions = async (query: AuditQuery) => (await trail.page(query)).events.map(({ action }) => action);
    await expect(actions({ actor_id })).resolves.toEqual(['client.created', 'user.deactivated']);
    await expect(actions({ actor_id, user_id })).resolves.toEqual(['user.deactivated']);
    await expect(actions({ actor_id, action: 'session.opened' })).resolves.toEqual([]);
    await expect(actions({ actor_id: user_id })).resolves.toEqual(['session.opened']);
  });

  it.each([1, 7, 20, 21, 200])('returns each event once in pages of %d', async (limit) => {
    const user_id = await past(21);
    const pages = await trail.pages({ user_id, limit });
    expect(pages.map((page) => page.length)).toEqual(
      Array.from({ length: Math.ceil(21 / limit) }, (_, page) => Math.min(limit, 21 - page * limit)),
    );
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(21);
  });

  it('returns each older event once while events are added between the pages', async () => {
    const user_id = await past(20);
    const before = (await trail.of(user_id)).map(({ id }) => id);
    const pages = await trail.pages({ user_id, limit: 3 }, () => write(user_id, 5));
    expect(pages.flat().map(({ id }) => id)).toEqual(before);
  });

  it('returns an empty last page for a cursor beyond the oldest event', async () => {
    await expect(trail.page({ cursor: '0' })).resolves.toEqual({ events: [], next_cursor: null });
    await expect(trail.page({ cursor: '999999999999999999', limit: 1 })).resolves.toMatchObject({
      events: [{}],
    });
  });

  it.each<AuditQuery>([
    { user_id: 'x' },
    { actor_id: 'x' },
    { action: 'user.deleted' },
    { from: 'yesterday' },
    { to: '2020-13-01' },
    { from: '-200000-01-01T00:00:00Z' },
    { cursor: '-1' },
    { cursor: '1; DROP TABLE users' },
    { cursor: '9999999999999999999' },
    { limit: 0 },
    { limit: 201 },
    { limit: 'all' },
    { page: 1 },
  ])('refuses %j', async (query) => {
    expectProblem(await admin.get(auditPath(query)), 422, 'validation_failed');
  });

  it('refuses a repeated filter', async () => {
    for (const name of ['user_id', 'actor_id', 'action', 'from', 'to', 'cursor', 'limit'])
      expectProblem(await admin.get(`/api/v1/audit?${name}=1&${name}=1`), 422, 'validation_failed');
  });
});
