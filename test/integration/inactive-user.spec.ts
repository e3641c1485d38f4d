import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { register, verdictOf, type Member } from './accounts.js';

describe('a session that was made live by hand for an inactive user', () => {
  let database: TestDatabase;
  let app: AppInProcess;
  let member: Member;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await AppInProcess.start({ DATABASE_URL: database.url });
    member = await register(app);
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [member.id]);
    await app.query('UPDATE sessions SET revoked_at = NULL, revoke_reason = NULL WHERE id = $1', [
      member.sessionId,
    ]);
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('counts as revoked', async () => {
    await waitFor(async () => (await verdictOf(app, member)) === 'revoked', {
      what: 'the changes to be applied',
    });
  });

  it('is not refreshed', async () => {
    const body = { refresh_token: member.refreshToken };
    await expect(app.call('POST', '/api/v1/auth/refresh', { body })).resolves.toMatchObject({
      status: 401,
      body: { code: 'token_revoked' },
    });
  });
});
