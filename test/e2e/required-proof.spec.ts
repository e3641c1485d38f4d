import { basic } from '../support/app/oauth-client.js';
import { MailFolder } from '../support/mail/mail-folder.js';
import { registerOAuthClient } from './support/oauth-clients.js';
import { Recovery } from './support/recovery.js';
import { beforeSuite, Deployment, expectProblem, PASSWORD } from './support/suite.js';

const PROOF = 'account/verify-email';

describe('an account whose address must be proved', () => {
  const mails = beforeSuite(() => MailFolder.make());
  const deployment = beforeSuite(() =>
    Deployment.start({ instances: [{ ...mails.variables, REQUIRE_VERIFIED_EMAIL: 'true' }] }),
  );
  const recovery = beforeSuite(() => new Recovery(deployment));

  it('logs in only after the proof, and who knows no password does not learn of it', async () => {
    const account = await deployment.accounts().register();
    const client = await registerOAuthClient(await deployment.admin());
    const grant = () =>
      deployment
        .client()
        .post(
          '/oauth2/token',
          new URLSearchParams({ grant_type: 'password', username: account.email, password: PASSWORD }),
          { headers: { authorization: basic(client) } },
        );
    expectProblem(await deployment.accounts().tryLogin(account), 403, 'email_not_verified');
    await expect(grant()).resolves.toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const wrong = { ...account, password: 'wrong-Test1234' };
    expectProblem(await deployment.accounts().tryLogin(wrong), 401, 'invalid_credentials');
    await mails.token(account.email, PROOF);
    await recovery.resend(account.email);
    await recovery.verify(await mails.token(account.email, PROOF));
    await deployment.accounts().login(account);
    await expect(grant()).resolves.toMatchObject({ status: 200 });
  });

  it('is the first admin without a proof: the configuration counts as one', async () => {
    await deployment.admin();
  });
});
