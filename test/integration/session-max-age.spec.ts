import { expectAnswer, register, verdictOf, type Member } from './accounts.js';
import { appSuite } from './app-suite.js';

describe('the refresh of a session older than SESSION_MAX_DAYS', () => {
  const { app } = appSuite({ SESSION_MAX_DAYS: '30' });
  let member: Member;

  beforeEach(async () => {
    member = await register(app);
  });

  const refresh = (refresh_token: unknown) =>
    app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
  /** As after SESSION_MAX_DAYS was lowered. */
  const outlive = () =>
    app.query(`UPDATE sessions SET created_at = now() - interval '31 days' WHERE id = $1`, [
      member.sessionId,
    ]);
  const session = () => app.query('SELECT * FROM sessions WHERE id = $1', [member.sessionId]);
  const expired = { status: 401, body: { code: 'token_expired' } };

  it('is refused as expired, and nothing is exchanged', async () => {
    await outlive();
    const before = await session();
    await expect(refresh(member.refreshToken)).resolves.toMatchObject(expired);
    await expect(session()).resolves.toEqual(before);
  });

  it('is refused as expired when it is repeated', async () => {
    await refresh(member.refreshToken);
    await outlive();
    const before = await session();
    await expect(refresh(member.refreshToken)).resolves.toMatchObject(expired);
    await expect(session()).resolves.toEqual(before);
  });

  it('is taken for theft with a superseded token', async () => {
    const { body } = await refresh(member.refreshToken);
    await refresh(body['refresh_token']);
    await outlive();
    await expectAnswer(refresh(member.refreshToken), 401, { code: 'token_revoked' });
    await expect(verdictOf(app, member)).resolves.toBe('revoked');
  });
});
