import { randomUUID } from 'node:crypto';
import { ClientsFileOnDisk, secretHash } from '../support/app/clients-file.js';
import { basic } from '../support/app/oauth-client.js';
import { AdminSuite } from './support/admin-suite.js';
import { beforeSuite } from './support/before-suite.js';

describe('/admin, the clients and the invitations', () => {
  const suite = beforeSuite(async () => {
    const file = await ClientsFileOnDisk.create([
      {
        id: 'orders-api',
        name: 'Orders API',
        scopes: ['introspection'],
        secret_hash: secretHash(randomUUID() + randomUUID()),
      },
    ]);
    return AdminSuite.start({ CLIENTS_FILE: file.path });
  });
  const admin = beforeSuite(() => suite.admin());
  beforeAll(async () => {
    // What the button copies is read again.
    await admin.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });

  const click = (name: string) => admin.page.getByRole('button', { name, exact: true }).click();
  const confirm = (name: string) =>
    admin.page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  const go = async (path: string, heading: string) => {
    await admin.page.goto(`${suite.url}/admin/${path}`);
    await admin.shows(heading);
  };
  /** Whether the service accepts these credentials: with an unknown token the answer is 200 all the same. */
  const authenticates = async (id: string, secret: string) => {
    const headers = { authorization: basic({ id, secret }) };
    const form = new URLSearchParams({ token: 'a' });
    const { status } = await suite.console.deployment.client().post('/oauth2/introspect', form, { headers });
    return status === 200;
  };
  const shown = () => admin.page.locator('.secret code').allInnerTexts();

  it('registers a client, whose secret is shown and copied this once', async () => {
    await go('clients', 'Clients');
    await admin.page.getByRole('link', { name: 'Register a client' }).click();
    await admin.shows('Register a client');
    await admin.page.getByLabel('Name').fill('Web shop');
    await admin.page.getByLabel('sign people in by their passwords').check();
    await admin.inspect('admin-new-client');
    await click('Register the client');
    await admin.shows('Web shop');
    const [id = '', secret = ''] = await shown();
    await admin.inspect('admin-client-secret');
    await admin.page.getByRole('button', { name: 'Copy' }).last().click();
    await admin.says('Copied');
    await expect(admin.evaluate('navigator.clipboard.readText()')).resolves.toBe(secret);
    await expect(authenticates(id, secret)).resolves.toBe(true);
    await admin.page.getByRole('link', { name: 'All clients' }).click();
    await admin.says('sign people in by their passwords');
    await admin.inspect('admin-clients');
    await admin.page.reload();
    await admin.page.getByRole('link', { name: 'Web shop' }).click();
    await admin.shows('Web shop');
    await expect(admin.page.getByText(secret).count()).resolves.toBe(0);
  });

  it('refuses a client without a scope', async () => {
    await go('clients/new', 'Register a client');
    await admin.page.getByLabel('Name').fill('Nothing');
    await admin.page.getByLabel('ask whether a token is good').uncheck();
    await admin.page.getByLabel('read the feed of revocations').uncheck();
    await click('Register the client');
    await admin.says('At least one is needed.');
    await admin.inspect('admin-new-client-refused');
  });

  it('changes a client, makes another secret, and ends it, each after saying what will happen', async () => {
    const { body } = await suite.api.post('/api/v1/clients', { name: 'Stock', scopes: ['introspection'] });
    const [id, first] = [String(body['client_id']), String(body['client_secret'])];
    await go(`clients/${id}`, 'Stock');
    await admin.page.getByLabel('Name').fill('Stock room');
    await click('Save');
    await admin.shows('Stock room');
    await click('Make a new secret');
    await admin.says('The present secret is accepted for 24 hours more');
    await admin.inspect('admin-client-renew');
    await confirm('Make a new secret');
    await admin.page.locator('.secret').first().waitFor();
    const [, second = ''] = await shown();
    await admin.says('Accepted until');
    await admin.inspect('admin-client');
    await expect(Promise.all([first, second].map((each) => authenticates(id, each)))).resolves.toEqual([
      true,
      true,
    ]);
    await click('End the client');
    await admin.says('Every session that it opened ends');
    await admin.inspect('admin-client-end');
    await confirm('End the client');
    await admin.shows('Clients');
    await expect(Promise.all([first, second].map((each) => authenticates(id, each)))).resolves.toEqual([
      false,
      false,
    ]);
  });

  it('shows a client of the file, and nothing to change it by', async () => {
    await go('clients', 'Clients');
    await admin.says('Managed by file');
    await admin.page.getByRole('link', { name: 'Orders API' }).click();
    await admin.says('The file of clients describes this one.');
    await expect(admin.page.locator('main button').count()).resolves.toBe(0);
    await admin.inspect('admin-client-of-file');
  });

  it('says that there is no such client', async () => {
    await admin.page.goto(`${suite.url}/admin/clients/nothing`);
    await admin.says('It does not exist any more.');
  });

  it('invites somebody, sends the mail again, and ends the invitation', async () => {
    const email = `${randomUUID()}@example.org`;
    await go('invitations', 'Invitations');
    await admin.says('There is no such invitation.');
    await admin.inspect('admin-invitations-empty');
    await admin.page.getByRole('link', { name: 'Invite somebody' }).click();
    await admin.shows('Invite somebody');
    await admin.page.getByLabel('E-mail address').fill(email);
    await admin.page.getByLabel('Role', { exact: true }).selectOption('researcher');
    await admin.inspect('admin-new-invitation');
    await click('Send the invitation');
    await admin.page.locator('.badge', { hasText: 'Waiting' }).waitFor();
    await admin.says(email);
    const first = await suite.console.link(email, 'accept-invitation');
    await admin.inspect('admin-invitations');
    await click(`Send again: the invitation to ${email}`);
    await admin.says('Sent again');
    const second = await suite.console.link(email, 'accept-invitation');
    expect(second).not.toBe(first);
    await click(`End the invitation of ${email}`);
    await admin.says('The link of the mail stops working at once');
    await admin.inspect('admin-invitation-end');
    await confirm('End the invitation');
    await admin.page.locator('.badge', { hasText: 'Ended' }).waitFor();
    const person = await suite.console.open(second);
    await person.page.getByLabel('Name').fill('Ada');
    await person.page.getByLabel('Password').fill('a new horse battery');
    await person.page.getByRole('button', { name: 'Create the account' }).click();
    await person.says('The link was used already, has expired, or was replaced by a later one.');
    await person.close();
  });

  it('shows the invitations of a state', async () => {
    const email = `${randomUUID()}@example.org`;
    await suite.api.post('/api/v1/invitations', { email });
    await go('invitations?status=accepted', 'Invitations');
    await admin.says('There is no such invitation.');
    await admin.page.getByLabel('State').selectOption('pending');
    await click('Show');
    await admin.says(email);
    expect(new URL(admin.page.url()).search).toBe('?status=pending');
  });

  it('says that an address has an account already', async () => {
    await go('invitations/new', 'Invite somebody');
    await admin.page.getByLabel('E-mail address').fill('admin@example.org');
    await click('Send the invitation');
    await admin.says('This address has an account already.');
  });
});
