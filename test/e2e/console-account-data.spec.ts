import { readFile } from 'node:fs/promises';
import { PASSWORD } from './support/accounts.js';
import { AdminSuite } from './support/admin-suite.js';
import type { ConsolePage } from './support/console-page.js';
import { ConsoleSuite } from './support/console-suite.js';

const press = ({ page }: ConsolePage, name: string) =>
  page.getByRole('button', { name, exact: true }).click();
const confirm = ({ page }: ConsolePage, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

describe('/account, the data of the person', () => {
  let suite: ConsoleSuite;
  beforeAll(async () => {
    suite = await ConsoleSuite.start();
  });
  afterAll(() => suite.stop());

  it('gives all of it as a file', async () => {
    const account = await suite.deployment.accounts().register();
    const one = await suite.signedIn(account);
    await one.page.getByRole('link', { name: 'Your data' }).click();
    await one.shows('Your data');
    await one.inspect('account-data');
    const download = one.page.waitForEvent('download');
    await press(one, 'Download your data');
    const file = await (await download).path();
    await one.says('The file is ready.');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      account: { id: account.id, email: account.email },
      sessions: [{ ended_at: null }],
    });
    await one.close();
  });

  it('is deleted with the account, after the password and another question', async () => {
    const account = await suite.deployment.accounts().register();
    const one = await suite.signedIn(account);
    const other = await suite.signedIn(account);
    await one.page.getByRole('link', { name: 'Delete the account' }).click();
    await one.shows('Delete the account');
    await one.says('Your account is deleted at once.');
    await one.inspect('account-deletion');
    await one.page.getByLabel('Current password').fill('wrong');
    await press(one, 'Delete the account');
    await one.shows('Delete your account?');
    await one.inspect('account-deletion-asked');
    await confirm(one, 'Delete it now');
    await one.says('The password is not right.');
    await one.page.getByLabel('Current password').fill(PASSWORD);
    await press(one, 'Delete the account');
    await confirm(one, 'Delete it now');
    for (const page of [one, other]) {
      await page.shows('This session was ended');
      await page.says('The account was deleted.');
    }
    expect((await suite.deployment.accounts().tryLogin(account)).status).toBe(401);
    await other.close();
    await one.close();
  });
});

describe('/account, where a deletion can be taken back for some days', () => {
  let suite: ConsoleSuite;
  beforeAll(async () => {
    suite = await ConsoleSuite.start({ DELETION_GRACE_DAYS: '14' });
  });
  afterAll(() => suite.stop());

  it('says so, and keeps the account by the link of the mail', async () => {
    const account = await suite.deployment.accounts().register();
    const one = await suite.signedIn(account);
    await one.page.getByRole('link', { name: 'Delete the account' }).click();
    await one.says('Your account is deleted after 14 days.');
    await one.inspect('account-deletion-later');
    await one.page.getByLabel('Current password').fill(PASSWORD);
    await press(one, 'Delete the account');
    await confirm(one, 'Delete it now');
    await one.says('Until then it can be taken back.');
    await one.close();
    const link = await suite.open(await suite.link(account.email, 'undo-deletion'));
    await link.shows('Keep your account');
    await link.inspect('mail-undo-deletion');
    await press(link, 'Keep the account');
    await link.says('The account stays.');
    await link.close();
    await (await suite.signedIn(account)).close();
  });
});

describe('/admin, the erasure of a person', () => {
  let suite: AdminSuite;
  beforeAll(async () => {
    suite = await AdminSuite.start({ DELETION_GRACE_DAYS: '14' });
  });
  afterAll(() => suite.stop());

  it('asks for a word, shows the day, and is taken back by an activation', async () => {
    const account = await suite.console.deployment.accounts().register();
    const admin = await suite.admin();
    await suite.show(admin, account);
    await press(admin, 'Erase this person');
    await admin.says('erased after 14 days');
    await admin.page.getByLabel('To go on, type: erase').fill('erase');
    await admin.inspect('admin-erasure');
    await confirm(admin, 'Erase this person');
    await admin.says('This account is erased on');
    await expect(admin.page.getByRole('button', { name: 'Erase this person' }).count()).resolves.toBe(0);
    await press(admin, 'Activate the account');
    await admin.page.getByRole('button', { name: 'Erase this person' }).waitFor();
    await admin.close();
  });
});
