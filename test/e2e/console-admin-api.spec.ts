import { ADMIN_VIEWS, AdminSuite } from './support/admin-suite.js';
import { readApiDocument } from './support/api-docs-document.js';
import { AuditTrail } from './support/audit-trail.js';
import type { ConsolePage } from './support/console-page.js';

const COUNTED = /^ergodrive_http_request_duration_seconds_count\{.*\} (\d+)$/gm;

/** What the pages need beside the API: themselves, and whether the service works. */
const OF_PAGES = /^\/(admin|account|console)(\/|$)|^\/health\/ready$|^\/favicon/;

describe('/admin as a client of the API', () => {
  let suite: AdminSuite;
  let admin: ConsolePage;
  let id: string;
  const sent: { method: string; path: string }[] = [];
  beforeAll(async () => {
    suite = await AdminSuite.start();
    id = (await suite.api.get<{ id: string }>('/api/v1/users/me')).body.id;
    admin = await suite.admin();
    admin.page.on('request', (request) =>
      sent.push({ method: request.method(), path: new URL(request.url()).pathname }),
    );
  });
  afterAll(async () => {
    await admin.close();
    await suite.stop();
  });

  const click = (name: string) => admin.page.getByRole('button', { name, exact: true }).click();
  const confirm = async (name: string) => {
    await admin.page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    await admin.page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const go = (path: string) => admin.page.goto(`${suite.url}/admin/${path}`);
  const counted = async () => {
    const { body } = await suite.api.get<string>('/metrics');
    return [...body.matchAll(COUNTED)].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it('has a line of the audit trail with the admin as its actor for each dangerous action', async () => {
    const accounts = suite.console.deployment.accounts();
    const account = await accounts.register();
    for (let session = 0; session < 3; session += 1) await accounts.login(account);
    await go(`people/${account.id}`);
    await admin.page.getByLabel('Role', { exact: true }).selectOption('researcher');
    await click('Change the role');
    await confirm('Make it researcher');
    await admin.page.locator('.table').getByRole('button').first().click();
    await confirm('End this session');
    await admin.page.locator('.table tbody tr').nth(2).waitFor({ state: 'detached' });
    await click('End all sessions');
    await confirm('End all sessions');
    await click('Make a link to hand over');
    await admin.page.locator('.secret code').waitFor();
    await click('Deactivate the account');
    await confirm('Deactivate the account');
    await click('Activate the account');
    await admin.page.getByText('This account is deactivated.').waitFor({ state: 'detached' });
    await go('clients/new');
    await admin.page.getByLabel('Name').fill('Audited');
    await click('Register the client');
    await admin.page.getByRole('link', { name: 'All clients' }).click();
    await admin.page.getByRole('link', { name: 'Audited' }).click();
    await click('Make a new secret');
    await confirm('Make a new secret');
    await click('End the client');
    await confirm('End the client');
    await go('invitations/new');
    await admin.page.getByLabel('E-mail address').fill('audited@example.org');
    await click('Send the invitation');
    await click('Send again: the invitation to audited@example.org');
    await admin.says('Sent again');
    await click('End the invitation of audited@example.org');
    await confirm('End the invitation');
    const { events } = await new AuditTrail(suite.api).page({ actor_id: id });
    expect(events.map(({ action }) => action).reverse()).toEqual([
      'user.role_changed',
      'session.revoked',
      'session.revoked',
      'session.revoked',
      'user.one_time_token_issued',
      'user.deactivated',
      'user.activated',
      'client.created',
      'client.secret_renewed',
      'client.ended',
      'invitation.created',
      'invitation.resent',
      'invitation.ended',
    ]);
    expect(events.every(({ ip, user_agent: agent }) => ip === '127.0.0.1' && agent!.includes('Chrome'))).toBe(
      true,
    );
  });

  it('sends requests of the documented API alone, and the metrics count them', async () => {
    const before = await counted();
    const already = sent.length;
    for (const view of ADMIN_VIEWS) {
      await go(view);
      await admin.page.locator('h1').waitFor();
      await admin.page.waitForLoadState('networkidle');
    }
    const ofApi = sent.filter(({ path }) => !OF_PAGES.test(path));
    await expect(counted()).resolves.toBeGreaterThanOrEqual(
      before + sent.slice(already).filter(({ path }) => path.startsWith('/api/')).length,
    );
    const { operations } = await readApiDocument(suite.api);
    const known = operations.map(({ route }) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`));
    const requests = [...new Set(ofApi.map(({ method, path }) => `${method} ${path}`))];
    expect(requests.filter((request) => !known.some((route) => route.test(request)))).toEqual([]);
    expect(new Set(ofApi.map(({ method }) => method))).toEqual(new Set(['GET', 'POST', 'PATCH', 'DELETE']));
  });
});
