import { waitFor } from '../support/wait-for.js';
import { AdminSuite } from './support/admin-suite.js';
import type { ConsolePage } from './support/console-page.js';
import { type Account, beforeSuite } from './support/suite.js';

describe('/admin, what happens elsewhere', () => {
  const suite = beforeSuite(() => AdminSuite.start());
  const admin = beforeSuite(() => suite.admin());

  const register = () => suite.console.deployment.accounts().register();
  const click = (name: string) => admin.page.getByRole('button', { name, exact: true }).click();
  const show = (account: Account) => suite.show(admin, account);
  /** Another admin on the page of a person, with a question open. */
  const anotherWhoIsAsked = async () => {
    const account = await suite.another();
    const person = await register();
    const page = await suite.console.signedIn(account);
    await page.page.goto(`${suite.url}/admin/people/${person.id}`);
    await page.page.getByRole('button', { name: 'Deactivate the account' }).click();
    await page.page.getByRole('dialog').waitFor();
    return { account, page, person };
  };
  const isDark = async (page: ConsolePage, person: Account) => {
    await page.page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect(page.page.getByText(person.email).count()).resolves.toBe(0);
    await expect(page.page.locator('nav').count()).resolves.toBe(0);
  };

  it('shows at once what happens to the sessions of the person elsewhere', async () => {
    const account = await register();
    const kept = await suite.console.deployment.accounts().logIn(account);
    await show(account);
    const rows = admin.page.locator('.table tbody tr');
    await rows.waitFor();
    await waitFor(() => suite.channels().then((count) => count === 2), {
      what: 'the channel of the session',
    });
    const other = await suite.console.deployment.accounts().logIn(account);
    await rows.nth(1).waitFor();
    await other.client.post('/api/v1/auth/logout');
    await rows.nth(1).waitFor({ state: 'detached' });
    await kept.client.post('/api/v1/auth/logout');
    await admin.says('This account is signed in nowhere.');
  });

  it('reads again what happened elsewhere when somebody comes back to its window', async () => {
    const account = await register();
    await show(account);
    await admin.says('This account is signed in nowhere.');
    await suite.console.deployment.accounts().login(account);
    await admin.evaluate("dispatchEvent(new Event('focus'))");
    await admin.page.locator('.table tbody tr').waitFor();
    await (await suite.console.deployment.admin()).delete(`/api/v1/users/${account.id}/sessions`);
    await click('Refresh');
    await admin.says('This account is signed in nowhere.');
  });

  it('leaves the page at once of an admin who is deactivated, with a question that is open', async () => {
    const { account, page, person } = await anotherWhoIsAsked();
    await suite.api.patch(`/api/v1/users/${account.id}`, { is_active: false });
    await page.shows('This session was ended');
    await page.says('The account was deactivated.');
    await isDark(page, person);
    await page.inspect('admin-deactivated');
    await page.close();
  });

  it('leaves the page at once of an admin who loses the role, with a question that is open', async () => {
    const { account, page, person } = await anotherWhoIsAsked();
    await suite.api.patch(`/api/v1/users/${account.id}`, { role: 'student' });
    await page.says('This part is for administrators.');
    await isDark(page, person);
    await page.inspect('admin-refused');
    await suite.api.patch(`/api/v1/users/${account.id}`, { role: 'admin' });
    await page.page.getByRole('navigation').waitFor();
    await page.close();
  });
});
