import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/app/browser.js';
import { MailFolder } from '../support/mail/mail-folder.js';
import { freePort } from '../support/network/free-port.js';
import { ADMIN, Deployment } from './support/deployment.js';
import { ConsolePage } from './support/console-page.js';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0';

describe('/account of somebody who is signed in', () => {
  let mails: MailFolder;
  let deployment: Deployment;
  let browser: Browser;

  beforeAll(async () => {
    const port = await freePort();
    mails = await MailFolder.make();
    const env = { ...mails.variables, PUBLIC_URL: `http://127.0.0.1:${port}`, CONSOLE_NAME: 'Example' };
    deployment = await Deployment.start({ instances: [env], port });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await deployment.stop();
    await mails.remove();
  });

  const open = (path = 'account', options = {}) =>
    ConsolePage.open(browser, deployment.apps[0]!.url, path, options);
  const signedIn = async (account: { email: string; password: string }, options = {}) => {
    const one = await open('account', options);
    await one.signIn(account);
    await one.shows('Your devices');
    return one;
  };

  it('lists the devices, with this one first, and sees a new one at once', async () => {
    const account = await deployment.accounts().register();
    const one = await signedIn(account);
    await one.says('You are signed in on no other device.');
    const other = await signedIn(account, { userAgent: FIREFOX });
    await one.says('Firefox 132 on Windows');
    const devices = one.page.locator('.device');
    await expect(devices.count()).resolves.toBe(2);
    await expect(devices.first().innerText()).resolves.toContain('This device');
    await one.inspect('account-devices');
    await other.close();
    await one.close();
  });

  it('shows an admin, and nobody else, the way to /admin', async () => {
    const one = await signedIn(ADMIN);
    await one.page.getByRole('link', { name: 'Administration' }).waitFor();
    await one.close();
    const other = await signedIn(await deployment.accounts().register());
    await expect(other.page.getByRole('link', { name: 'Administration' }).count()).resolves.toBe(0);
    await other.close();
  });
});
