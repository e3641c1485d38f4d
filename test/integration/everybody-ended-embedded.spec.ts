import { expectAnswer, getMe, logIn, registerCached } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { registerAdmin } from './oauth-clients.js';

describe("everybody's sessions on an embedded database", () => {
  let app: AppInProcess;

  beforeAll(async () => {
    app = await AppInProcess.start({});
    await app.trusted();
  });

  it('are refused once the call that ends them is answered, and later ones are not', async () => {
    const admin = await registerAdmin(app);
    const member = await registerCached(app);
    await expectAnswer(app.call('POST', '/api/v1/sessions/end-everybody', { token: admin.token }), 200);
    await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
    await expect(getMe(app, admin)).resolves.toBe('401 token_revoked');
    await expect(getMe(app, await logIn(app, member))).resolves.toBe('200');
  });
});
