import { ConsoleSuite } from './support/console-suite.js';
import { beforeSuite, PASSWORD } from './support/suite.js';

const NEW_PASSWORD = 'a new horse battery';

describe('/account, the person', () => {
  const suite = beforeSuite(() =>
    ConsoleSuite.start({ REQUIRE_VERIFIED_EMAIL: 'true', RATE_LIMIT_ENABLED: 'true' }),
  );

  /** An account whose address is proved. */
  const prove = async () => {
    const account = await suite.deployment.accounts().register();
    const token = await suite.mails.token(account.email, 'account/verify-email');
    await suite.deployment.client().post('/api/v1/auth/verify-email', { token });
    return account;
  };

  it('changes name and language', async () => {
    const one = await suite.signedIn(await prove());
    await one.page.getByRole('link', { name: 'Profile' }).click();
    await one.shows('Profile');
    await one.inspect('account-profile');
    await one.page.getByLabel('Name').fill('Ada King');
    await one.page.getByLabel('Language of mails').selectOption('German');
    await one.page.getByRole('button', { name: 'Save' }).click();
    await one.says('Saved.');
    await one.page.locator('.who', { hasText: 'Ada King' }).waitFor();
    await one.close();
  });

  it('says that an entry is not accepted, and speaks of marked fields only if there are some', async () => {
    const one = await suite.signedIn(await prove());
    await one.page.getByRole('link', { name: 'Profile' }).click();
    const save = one.page.getByRole('button', { name: 'Save' });
    await one.page.getByLabel('Name').fill(' ');
    await save.click();
    await one.says('See the marked fields.');
    await expect(one.page.locator('[aria-invalid="true"]').count()).resolves.toBe(1);
    await one.page.getByLabel('Name').fill('Ada');
    // A choice that the page does not mark.
    await one.evaluate(
      `document.querySelector('select[name="locale"] option:checked').value = 'no language'; undefined`,
    );
    await save.click();
    await one.says('The service does not accept this.');
    await expect(one.page.getByText('marked fields').count()).resolves.toBe(0);
    await expect(one.page.locator('[aria-invalid="true"]').count()).resolves.toBe(0);
    await one.close();
  });

  it('changes the password, and ends the other device', async () => {
    const account = await prove();
    const one = await suite.signedIn(account);
    const other = await suite.signedIn(account);
    await one.page.getByRole('link', { name: 'Password' }).click();
    await one.shows('Password');
    await one.inspect('account-password');
    await one.page.getByLabel('Current password').fill('wrong');
    await one.page.getByLabel('New password').fill(NEW_PASSWORD);
    await one.page.getByRole('button', { name: 'Change the password' }).click();
    await one.says('The password is not right.');
    await one.page.getByLabel('Current password').fill(PASSWORD);
    await one.page.getByRole('button', { name: 'Change the password' }).click();
    await one.says('The new password is set.');
    await other.shows('This session was ended');
    await other.says('The password was changed.');
    await other.close();
    await one.close();
  });

  it('lists what happened, without the address of an admin', async () => {
    const account = await prove();
    const one = await suite.signedIn(account);
    await (await suite.deployment.admin()).patch(`/api/v1/users/${account.id}`, { role: 'researcher' });
    await one.page.getByRole('link', { name: 'Security events' }).click();
    await one.says('The role was changed');
    await one.says('A device signed in');
    await one.says('The address was confirmed');
    await one.inspect('account-events');
    await one.close();
  });

  it('sends the mail again that proves the address', async () => {
    const { email, password } = await suite.deployment.accounts().register();
    await suite.link(email, 'verify-email');
    const one = await suite.open();
    await one.signIn({ email, password });
    await one.says('Confirm your address first');
    await one.inspect('sign-in-not-proved');
    await one.page.getByRole('button', { name: 'Send the mail again' }).click();
    await one.says('is on its way');
    await one.close();
    await expect(suite.link(email, 'verify-email')).resolves.toContain('#token=');
  });

  it('says that a password is wrong, and when the next attempt is possible', async () => {
    const account = await prove();
    const one = await suite.open();
    await one.shows('Sign in');
    await one.inspect('sign-in');
    await one.signIn({ ...account, password: 'wrong' });
    await one.says('The address or the password is not right.');
    await one.inspect('sign-in-refused');
    for (let attempt = 1; attempt < 10; attempt += 1)
      await suite.deployment.accounts().tryLogin({ ...account, password: 'wrong' });
    await one.page.getByRole('button', { name: 'Sign in' }).click();
    await one.says(/Too many attempts\. Try again at \d/);
    await one.close();
  });

  it('says that an account is deactivated', async () => {
    const account = await prove();
    const one = await suite.signedIn(account);
    await (await suite.deployment.admin()).patch(`/api/v1/users/${account.id}`, { is_active: false });
    await one.says('The account was deactivated.');
    await one.page.getByRole('button', { name: 'Sign in again' }).click();
    await one.signIn(account);
    await one.says('This account is deactivated.');
    await one.close();
  });
});
