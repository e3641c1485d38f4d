import { randomUUID } from 'node:crypto';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { entryOf, getMe, logIn, type Member, register } from './accounts.js';
import { redisAppSuite } from './app-suite.js';

const MOVED = { kind: 'session.revoked', reason: 'session_moved' };

/** As an operator does it who merges accounts. */
describe('a session that SQL gives other ids', () => {
  const { app, database } = redisAppSuite({ CACHE_DEADLINE_MS: '5000' });
  let member: Member;
  let other: Member;

  beforeAll(async () => {
    await app.trusted();
  });
  beforeEach(async () => {
    [member, other] = [await register(app), await register(app)];
    for (const { id } of [member, other])
      await sql(database.url, `DELETE FROM invalidations WHERE user_id = '${id}'`);
  });

  const change = (statement: string) => sql(database.url, statement);
  const loggedOf = ({ id }: Pick<Member, 'id'>) =>
    sql(database.url, `SELECT kind, session_id, reason FROM invalidations WHERE user_id = $1 ORDER BY id`, [
      id,
    ]);
  const moved = ({ sessionId }: Member) => ({ ...MOVED, session_id: sessionId });
  const ofUser = (kind: 'user.updated' | 'user.deleted') => ({ kind, session_id: null, reason: null });

  it.each([
    ['another user', () => `user_id = '${other.id}'`],
    ['another id', () => 'id = gen_random_uuid()'],
  ])('is refused by its token within a second: %s', async (_what, assignment) => {
    await expect(getMe(app, member)).resolves.toBe('200');
    await expect(entryOf(app, member)).resolves.toBeDefined();
    await change(`UPDATE sessions SET ${assignment()} WHERE id = '${member.sessionId}'`);
    await waitFor(async () => (await getMe(app, member)) === '401 token_revoked', {
      what: 'the refusal of the token',
      timeoutMs: 1000,
    });
  });

  it('goes on for its new user after a refresh', async () => {
    await change(`UPDATE sessions SET user_id = '${other.id}' WHERE id = '${member.sessionId}'`);
    const { status, body } = await app.call('POST', '/api/v1/auth/refresh', {
      body: { refresh_token: member.refreshToken },
    });
    expect(status).toBe(200);
    const me = await app.call('GET', '/api/v1/users/me', { token: String(body['access_token']) });
    expect(me.body).toMatchObject({ id: other.id });
  });

  it('has ended under the old user in the log, and is a change of the new one', async () => {
    await change(`UPDATE sessions SET user_id = '${other.id}' WHERE id = '${member.sessionId}'`);
    await expect(loggedOf(member)).resolves.toEqual([moved(member)]);
    await expect(loggedOf(other)).resolves.toEqual([ofUser('user.updated')]);
  });

  it('has ended under both users in the log when it ends by the same statement', async () => {
    await change(
      `UPDATE sessions SET user_id = '${other.id}', revoked_at = now(), revoke_reason = 'logout' WHERE id = '${member.sessionId}'`,
    );
    await expect(loggedOf(member)).resolves.toEqual([moved(member)]);
    await expect(loggedOf(other)).resolves.toContainEqual({ ...moved(member), reason: 'logout' });
  });

  it('has no row in the log when it had ended before', async () => {
    await change(
      `UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout' WHERE id = '${member.sessionId}'`,
    );
    await change(`UPDATE sessions SET user_id = '${other.id}' WHERE id = '${member.sessionId}'`);
    await expect(loggedOf(member)).resolves.toEqual([{ ...moved(member), reason: 'logout' }]);
    await expect(loggedOf(other)).resolves.toEqual([]);
  });

  it('has ended in the log, and its old user was deleted, when the user gets another id', async () => {
    const id = randomUUID();
    const second = await logIn(app, member);
    await change(`
      WITH moved AS (UPDATE users SET id = '${id}' WHERE id = '${member.id}')
      UPDATE sessions SET user_id = '${id}' WHERE user_id = '${member.id}'`);
    const logged = await loggedOf(member);
    expect(logged).toHaveLength(3);
    for (const row of [ofUser('user.deleted'), moved(member), moved(second)])
      expect(logged).toContainEqual(row);
    await expect(loggedOf({ id })).resolves.toContainEqual(ofUser('user.updated'));
  });
});
