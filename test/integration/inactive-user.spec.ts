import { waitFor } from '../support/wait-for.js';
import { expectAnswer, register, verdictOf, type Member } from './accounts.js';
import { appSuite } from './app-suite.js';

describe('a session that was made live by hand for an inactive user', () => {
  const { app } = appSuite();
  let member: Member;

  beforeAll(async () => {
    member = await register(app);
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [member.id]);
    await app.query('UPDATE sessions SET revoked_at = NULL, revoke_reason = NULL WHERE id = $1', [
      member.sessionId,
    ]);
  });

  it('counts as revoked', async () => {
    await waitFor(async () => (await verdictOf(app, member)) === 'revoked', {
      what: 'the changes to be applied',
    });
  });

  it('is not refreshed', async () => {
    const body = { refresh_token: member.refreshToken };
    await expectAnswer(app.call('POST', '/api/v1/auth/refresh', { body }), 401, { code: 'token_revoked' });
  });
});
