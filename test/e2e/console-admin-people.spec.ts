import { randomUUID } from 'node:crypto';
import { AdminSuite } from './support/admin-suite.js';
import { type Account, beforeSuite } from './support/suite.js';

const ON_FIREFOX = {
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0',
};

describe('/admin, the people', () => {
  const suite = beforeSuite(() => AdminSuite.start());
  const admin = beforeSuite(() => suite.admin());

  const register = () => suite.console.deployment.accounts().register();
  const show = (account: Account) => suite.show(admin, account);
  const click = (name: string) => admin.page.getByRole('button', { name, exact: true }).click();
  const confirm = (name: string) =>
    admin.page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  const gone = () => admin.page.getByRole('dialog').waitFor({ state: 'detached' });

  it('finds an account by a part of its address, and the way back leads to the search', async () => {
    const account = await register();
    await admin.page.goto(`${suite.url}/admin`);
    await admin.shows('People');
    await admin.page.getByLabel('Address or name').fill(account.email.slice(0, 20));
    await admin.page.keyboard.press('Enter');
    await admin.says('1 to 1 of 1');
    expect(new URL(admin.page.url()).searchParams.get('q')).toBe(account.email.slice(0, 20));
    await admin.page.getByRole('link', { name: 'Test Account' }).click();
    await admin.shows('Test Account');
    await admin.says(account.email);
    await admin.page.goBack();
    await admin.says('1 to 1 of 1');
    await expect(admin.page.getByLabel('Address or name').inputValue()).resolves.toBe(
      account.email.slice(0, 20),
    );
    await admin.page.getByLabel('Address or name').fill('nobody at all');
    await click('Search');
    await admin.says('There is no such account.');
    await admin.inspect('admin-people-empty');
  });

  it('finds accounts by role and state, and keeps these filters in the address', async () => {
    const [one, other] = [await register(), await register()];
    await suite.api.patch(`/api/v1/users/${one.id}`, { role: 'researcher' });
    await suite.api.patch(`/api/v1/users/${other.id}`, { is_active: false });
    await admin.page.goto(`${suite.url}/admin/people`);
    await admin.page.getByLabel('Role', { exact: true }).selectOption('researcher');
    await click('Search');
    await admin.says('1 to 1 of 1');
    await admin.says(one.email);
    await admin.page.getByLabel('Role', { exact: true }).selectOption('');
    await admin.page.getByLabel('State').selectOption('inactive');
    await click('Search');
    await admin.says(other.email);
    await admin.page.reload();
    await admin.says(other.email);
    expect(new URL(admin.page.url()).search).toBe('?state=inactive');
    await suite.api.patch(`/api/v1/users/${other.id}`, { is_active: true });
    await admin.evaluate("dispatchEvent(new Event('focus'))");
    await admin.says('There is no such account.');
  });

  it('shows a long list page by page', async () => {
    for (let made = 0; made < 21; made += 1)
      await suite.api.post('/api/v1/users', { email: `page-${made}@example.org`, full_name: `Page ${made}` });
    await admin.page.goto(`${suite.url}/admin/people?q=page-`);
    await admin.says('1 to 20 of 21');
    await admin.inspect('admin-people');
    await admin.page.getByRole('link', { name: 'Next page' }).click();
    await admin.says('21 to 21 of 21');
    await admin.page.reload();
    await admin.says('21 to 21 of 21');
    await admin.page.getByRole('link', { name: 'Previous page' }).click();
    await admin.says('1 to 20 of 21');
  });

  it('shows what an account is, where it is signed in, and what happened to it', async () => {
    const account = await register();
    const person = await suite.console.signedIn(account, ON_FIREFOX);
    await suite.console.deployment.accounts().login(account);
    await show(account);
    await admin.says('Firefox 132 on Windows');
    await admin.says('A session was opened');
    await admin.says('session.opened');
    await expect(admin.page.locator('.table tbody tr').count()).resolves.toBe(2);
    await admin.inspect('admin-person');
    await person.close();
  });

  it('ends one session after it has asked again, and the page of that device goes dark', async () => {
    const account = await register();
    const person = await suite.console.signedIn(account, ON_FIREFOX);
    const other = await suite.console.deployment.accounts().logIn(account);
    await show(account);
    await click('End Firefox 132 on Windows');
    await admin.says('This one session ends at once, on every instance.');
    await admin.inspect('admin-person-end-session');
    await admin.page.keyboard.press('Escape');
    await gone();
    await expect(admin.evaluate("document.activeElement?.getAttribute('aria-label')")).resolves.toBe(
      'End Firefox 132 on Windows',
    );
    await click('End Firefox 132 on Windows');
    await confirm('End this session');
    await person.shows('This session was ended');
    await person.says('An administrator ended it.');
    await admin.page.getByText('Firefox 132 on Windows').waitFor({ state: 'detached' });
    await expect(admin.evaluate('document.activeElement?.localName')).resolves.toBe('h1');
    await expect(other.client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await person.close();
  });

  it('ends all sessions, and says before how many these are', async () => {
    const account = await register();
    const members = [
      await suite.console.deployment.accounts().logIn(account),
      await suite.console.deployment.accounts().logIn(account),
    ];
    await show(account);
    await click('End all sessions');
    await admin.says('Sessions that end at once, on every instance: 2.');
    await confirm('End all sessions');
    await admin.says('This account is signed in nowhere.');
    for (const { client } of members)
      await expect(client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 401 });
  });

  it('deactivates an account and activates it again', async () => {
    const account = await register();
    const member = await suite.console.deployment.accounts().logIn(account);
    await show(account);
    await admin.says('session.opened');
    await click('Deactivate the account');
    await admin.says('Sessions that end at once, on every instance: 1.');
    await admin.inspect('admin-person-deactivate');
    await confirm('Deactivate the account');
    await admin.says('This account is deactivated.');
    await admin.inspect('admin-person-deactivated');
    await expect(member.client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 401 });
    await click('Activate the account');
    await admin.page.getByText('This account is deactivated.').waitFor({ state: 'detached' });
    await suite.console.deployment.accounts().login(account);
  });

  it('changes a role to one of the configured ones, which the person sees at once', async () => {
    const account = await register();
    const person = await suite.console.signedIn(account);
    await show(account);
    await admin.page.getByLabel('Role', { exact: true }).selectOption('admin');
    await click('Change the role');
    await admin.says('The role changes from student to admin, at once and on every instance.');
    await admin.inspect('admin-person-role');
    await confirm('Make it admin');
    await gone();
    await person.page.getByRole('link', { name: 'Administration' }).waitFor();
    await person.close();
  });

  it('says why the last administrator cannot be demoted, and stays in the dialog', async () => {
    const lonely = await AdminSuite.start();
    const page = await lonely.admin();
    await page.page.goto(`${lonely.url}/admin/people`);
    await page.page.locator('.table a').first().click();
    await page.says('This is your own account.');
    await page.page.getByLabel('Role', { exact: true }).selectOption('student');
    await page.page.getByRole('button', { name: 'Change the role' }).click();
    await page.page.getByRole('button', { name: 'Make it student' }).click();
    await page.says('The last active administrator can be neither demoted, deactivated nor erased.');
    await page.inspect('admin-person-last-admin');
    await page.close();
    await lonely.stop();
  });

  it('sends a mail for a new password, or makes a link that sets one', async () => {
    const account = await register();
    await show(account);
    await click('Send a mail for a new password');
    await admin.says('A mail with a link is on its way');
    await expect(suite.console.link(account.email, 'reset-password')).resolves.toContain('#token=');
    await click('Make a link to hand over');
    const link = admin.page.locator('.secret code');
    await link.waitFor();
    await admin.inspect('admin-person-link');
    const person = await suite.console.open(await link.innerText());
    await person.page.getByLabel('New password').fill('a new horse battery');
    await person.page.getByRole('button', { name: 'Set the password' }).click();
    await person.says('The new password is set.');
    await person.close();
    await suite.console.deployment
      .accounts()
      .login({ email: account.email, password: 'a new horse battery' });
  });

  it('creates an account, and says what is wrong with what was typed', async () => {
    const email = `${randomUUID()}@example.org`;
    await admin.page.goto(`${suite.url}/admin/people`);
    await admin.page.getByRole('link', { name: 'Create an account' }).click();
    await admin.shows('Create an account');
    await admin.inspect('admin-new-account');
    await admin.page.getByLabel('Name', { exact: true }).fill(' ');
    await admin.page.getByLabel('E-mail address').fill(email);
    await admin.page.getByLabel('Role', { exact: true }).selectOption('researcher');
    await click('Create the account');
    await admin.says('Something is not right.');
    await admin.inspect('admin-new-account-refused');
    await admin.page.getByLabel('Name', { exact: true }).fill('Grace Hopper');
    await click('Create the account');
    await admin.shows('Grace Hopper');
    await admin.says('researcher');
    await expect(suite.console.mails.token(email, 'account/reset-password')).resolves.not.toBe('');
  });

  it('says that there is no such account', async () => {
    await admin.page.goto(`${suite.url}/admin/people/${randomUUID()}`);
    await admin.says('It does not exist any more.');
    await admin.inspect('admin-person-missing');
  });
});
