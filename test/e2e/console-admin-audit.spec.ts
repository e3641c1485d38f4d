import { freePort } from '../support/network/free-port.js';
import { AdminSuite } from './support/admin-suite.js';
import { beforeSuite } from './support/before-suite.js';

describe('/admin, the audit trail and the health', () => {
  const suite = beforeSuite(() => AdminSuite.start());
  const admin = beforeSuite(() => suite.admin());

  const lines = () => admin.page.locator('.events li');
  const show = () => admin.page.getByRole('button', { name: 'Show', exact: true }).click();
  const addressIs = (search: RegExp) => admin.page.waitForURL((url) => search.test(url.search));

  it('says each event in words beside its action, with who did it', async () => {
    const account = await suite.console.deployment.accounts().register();
    await suite.console.deployment.accounts().login(account);
    await suite.api.patch(`/api/v1/users/${account.id}`, { role: 'researcher' });
    await suite.api.patch(`/api/v1/users/${account.id}`, { is_active: false });
    await admin.page.goto(`${suite.url}/admin/audit`);
    await admin.shows('Audit trail');
    await admin.page.getByLabel('Account (address or id)').fill(account.email);
    await show();
    await addressIs(new RegExp(`user=${account.id}`));
    await lines().first().waitFor();
    await expect(lines().locator('code').allInnerTexts()).resolves.toEqual([
      'user.deactivated',
      'user.role_changed',
      'session.opened',
      'user.registered',
    ]);
    await admin.says('from student · to researcher');
    await lines().first().getByRole('link', { name: 'Administrator' }).waitFor();
    await admin.inspect('admin-audit');
  });

  it('filters by action and by time, keeps the filters in the address, and shows the rest page by page', async () => {
    for (let failure = 0; failure < 32; failure += 1)
      await suite.console.deployment.accounts().tryLogin({ email: 'nobody@example.org', password: 'x' });
    await admin.page.goto(`${suite.url}/admin/audit`);
    await admin.page.getByLabel('What').selectOption('session.login_failed');
    await show();
    await addressIs(/action=session.login_failed/);
    await lines().getByText('A sign-in failed').first().waitFor();
    await admin.page.getByRole('button', { name: 'Show older ones' }).waitFor();
    await expect(lines().count()).resolves.toBe(30);
    await admin.page.getByRole('button', { name: 'Show older ones' }).click();
    await lines().nth(31).waitFor();
    await expect(lines().count()).resolves.toBe(32);
    await admin.page.getByLabel('Before').fill('2020-01-01T00:00');
    await show();
    await admin.says('Nothing such has happened.');
    await admin.inspect('admin-audit-empty');
    await admin.page.reload();
    await admin.says('Nothing such has happened.');
    await expect(admin.page.getByLabel('Before').inputValue()).resolves.toBe('2020-01-01T00:00');
    await admin.page.goBack();
    await lines().first().waitFor();
    await admin.page.getByRole('link', { name: 'Without filters' }).click();
    await addressIs(/^$/);
  });

  it('filters by who did it, beside other filters', async () => {
    const account = await suite.another();
    const { client } = await suite.console.deployment.accounts().logIn(account);
    await client.post('/api/v1/clients', { name: 'Of the other admin' });
    await client.post('/api/v1/users', { email: `of-${account.email}`, full_name: 'Of the other' });
    await admin.page.goto(`${suite.url}/admin/audit`);
    await admin.page.getByLabel('Done by (address or id)').fill(account.email);
    await show();
    await addressIs(new RegExp(`actor=${account.id}`));
    await lines().nth(1).waitFor();
    await expect(lines().locator('code').allInnerTexts()).resolves.toEqual([
      'user.registered',
      'client.created',
    ]);
    await admin.page.getByLabel('Account (address or id)').fill(`of-${account.email}`);
    await show();
    await addressIs(/user=/);
    await lines().nth(1).waitFor({ state: 'detached' });
    await lines().first().waitFor();
    await expect(lines().locator('code').allInnerTexts()).resolves.toEqual(['user.registered']);
  });

  it('says that a filter names no account', async () => {
    await admin.page.goto(`${suite.url}/admin/audit`);
    await admin.page.getByLabel('Account (address or id)').fill('nobody at all');
    await show();
    await admin.says('There is not one such account.');
  });

  it('shows the state of the service, the cache, and the measures of the instance', async () => {
    await admin.page.getByRole('link', { name: 'Health and cache' }).click();
    await admin.shows('Health and cache');
    await admin.says('Healthy');
    await admin.says('Trusted');
    await admin.says(/\d % of \d+ requests with a token/);
    await admin.says(/ms on average, of \d+ changes/);
    await admin.inspect('admin-health');
  });

  it('says what is on the management port alone', async () => {
    const others = await AdminSuite.start({ MANAGEMENT_PORT: String(await freePort()) });
    const page = await others.admin('admin/health', 'Health and cache');
    await page.says('Versions and connections are on the management port alone');
    await page.says('Hit ratio, lag of the log and mails are on the management port alone');
    await page.says('Trusted');
    await page.inspect('admin-health-elsewhere');
    await page.close();
    await others.stop();
  });

  it('is in German for a browser that asks for it', async () => {
    const page = await suite.console.open('admin/audit', { locale: 'de-DE' });
    await page.page.getByLabel('E-Mail-Adresse').fill('admin@example.org');
    await page.page.getByLabel('Passwort').fill('admin-Test1234');
    await page.page.getByRole('button', { name: 'Anmelden' }).click();
    await page.shows('Audit-Protokoll');
    await page.page.locator('.events').getByText('Eine Sitzung wurde geöffnet').first().waitFor();
    await page.inspect('admin-audit-german');
    await page.close();
  });
});
