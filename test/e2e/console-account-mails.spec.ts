import { randomUUID } from 'node:crypto';
import { ConsolePage } from './support/console-page.js';
import { ConsoleSuite } from './support/console-suite.js';
import { beforeSuite, expectProblem, PASSWORD } from './support/suite.js';

const NEW_PASSWORD = 'a new horse battery';
const GERMAN = { locale: 'de-AT' };

describe('/account, the links of mails', () => {
  const suite = beforeSuite(() => ConsoleSuite.start({ REGISTRATION_SILENT: 'true' }));

  const newAddress = () => `${randomUUID()}@example.org`;
  const post = (route: string, body: object) => suite.deployment.client().post(`/api/v1/auth/${route}`, body);
  const login = (email: string, password: string) =>
    suite.deployment.accounts().tryLogin({ email, password });
  const press = ({ page }: ConsolePage, name: string) => page.getByRole('button', { name }).click();

  /** An account that an admin made, and the link that sets its password. */
  const invited = async () => {
    const email = newAddress();
    await (await suite.deployment.admin()).post('/api/v1/users', { email, full_name: 'Ada' });
    return { email, link: await suite.link(email, 'reset-password') };
  };
  /** An account with a session. */
  const member = async () => {
    const { email, link } = await invited();
    await post('reset-password', {
      token: new URL(link).hash.slice('#token='.length),
      new_password: PASSWORD,
    });
    return suite.deployment.accounts().logIn({ id: '', email, password: PASSWORD });
  };

  it('sets a password, and keeps the token in no address', async () => {
    const { email, link } = await invited();
    const one = await suite.open(link);
    await one.shows('Choose a new password');
    expect(one.page.url()).not.toContain('token');
    await one.inspect('mail-reset-password');
    await one.page.getByLabel('New password').fill('short');
    await press(one, 'Set the password');
    await one.says('Between 8 and 128 characters are needed.');
    await one.inspect('mail-reset-password-refused');
    await one.page.getByLabel('New password').fill(NEW_PASSWORD);
    await press(one, 'Set the password');
    await one.says('The new password is set.');
    await one.close();
    expect((await login(email, NEW_PASSWORD)).status).toBe(200);
    const again = await suite.open(link);
    await again.page.getByLabel('New password').fill(NEW_PASSWORD);
    await press(again, 'Set the password');
    await again.says('The link was used already');
    await expect(again.page.locator('form').count()).resolves.toBe(0);
    await again.inspect('mail-void');
    await again.close();
  });

  it('sends the mail of a forgotten password', async () => {
    const { email } = await member();
    const one = await suite.open();
    await one.page.getByRole('link', { name: 'Forgot your password?' }).click();
    await one.shows('Forgot your password?');
    await one.inspect('forgot-password');
    await one.page.getByLabel('E-mail address').fill(email);
    await press(one, 'Send the mail');
    await one.says('If the address has an account');
    await one.close();
    await expect(suite.link(email, 'reset-password')).resolves.toContain('#token=');
  });

  it('signs up where the answer hides who has an account, and finishes by the chosen password', async () => {
    const email = newAddress();
    const one = await suite.open('account/sign-up');
    await one.shows('Create an account');
    await one.inspect('sign-up');
    await one.page.getByLabel('Name').fill('Ada');
    await one.page.getByLabel('E-mail address').fill(email);
    await one.page.getByLabel('Password').fill(PASSWORD);
    await press(one, 'Create account');
    await one.says('A mail to this address says what to do next.');
    await one.close();
    const finish = await suite.open(await suite.link(email, 'finish-registration'));
    await finish.inspect('mail-finish-registration');
    await finish.page.getByLabel('The password that you chose').fill(NEW_PASSWORD);
    await press(finish, 'Make my account');
    await finish.says('The password is not right.');
    await finish.page.getByLabel('The password that you chose').fill(PASSWORD);
    await press(finish, 'Make my account');
    await finish.says('The account is yours. Without');
    await finish.close();
    expect((await login(email, PASSWORD)).status).toBe(200);
  });

  it('finishes a registration without its password, which then opens nothing', async () => {
    const email = newAddress();
    await post('register', { email, password: PASSWORD, full_name: 'Ada' });
    const one = await suite.open(await suite.link(email, 'finish-registration'));
    await press(one, 'Make my account');
    await one.says('The account is yours. Without');
    await one.close();
    expectProblem(await login(email, PASSWORD), 401, 'invalid_credentials');
    await expect(suite.link(email, 'reset-password')).resolves.toContain('#token=');
  });

  it('accepts an invitation, and is signed in then', async () => {
    const email = newAddress();
    await (await suite.deployment.admin()).post('/api/v1/invitations', { email });
    const one = await suite.open(await suite.link(email, 'accept-invitation'));
    await one.inspect('mail-accept-invitation');
    await one.page.getByLabel('Name').fill('Ada Lovelace');
    await one.page.getByLabel('Password').fill(NEW_PASSWORD);
    await press(one, 'Create the account');
    await one.shows('Your devices');
    await one.says('Ada Lovelace');
    await one.close();
  });

  it('proves a changed address, and the owner takes the change back', async () => {
    const { email } = await member();
    const new_email = newAddress();
    const one = await suite.signedIn({ email, password: PASSWORD });
    await one.page.getByRole('link', { name: 'E-mail address' }).click();
    await one.inspect('account-address');
    await one.page.getByLabel('New e-mail address').fill(new_email);
    await one.page.getByLabel('Current password').fill(PASSWORD);
    await press(one, 'Change the address');
    await one.says(`A mail is on its way to ${new_email}`);
    const proof = await suite.open(await suite.link(new_email, 'verify-email'));
    await proof.inspect('mail-verify-email');
    await press(proof, 'Confirm');
    await proof.says('The address is confirmed.');
    await proof.close();
    await one.page.locator('.fact').filter({ hasText: new_email }).waitFor();
    const undo = await suite.open(await suite.link(email, 'undo-email-change'));
    await undo.inspect('mail-undo-email-change');
    await press(undo, 'Undo the change');
    await undo.says('The former address is back.');
    await undo.close();
    await one.shows('This session was ended');
    await one.close();
  });

  it('ends every session by "This was not me"', async () => {
    const { email, client } = await member();
    const headers = { 'user-agent': 'curl/8.14.1' };
    await suite.deployment
      .client()
      .post('/api/v1/auth/login/json', { email, password: PASSWORD }, { headers });
    const one = await suite.open(await suite.link(email, 'end-sessions'));
    await one.inspect('mail-end-sessions');
    await press(one, 'Sign every device out');
    await one.says('Every device is signed out.');
    await one.close();
    expect((await client.get('/api/v1/users/me')).status).toBe(401);
  });

  it('says that a link is not complete, in German too', async () => {
    const one = await suite.open('account/reset-password', GERMAN);
    await one.shows('Neues Passwort wählen');
    await one.says('Der Link ist nicht vollständig.');
    await expect(one.page.locator('html').getAttribute('lang')).resolves.toBe('de');
    await expect(one.page.locator('form').count()).resolves.toBe(0);
    await one.inspect('mail-missing-german');
    await one.page.getByLabel('Sprache').selectOption('English');
    await one.shows('Choose a new password');
    await one.page.reload();
    await one.shows('Choose a new password');
    await one.close();
  });
});
