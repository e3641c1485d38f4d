import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import type { ApiClient, ApiResponse } from '../support/app/api-client.js';
import { launchBrowser } from '../support/app/browser.js';
import { MailFolder, type ReceivedMail, tokenOf } from '../support/mail/mail-folder.js';
import { freePort } from '../support/network/free-port.js';
import { Deployment } from './support/deployment.js';

const NEW_PASSWORD = 'a new horse battery';
const PAGES = {
  proof: 'account/verify-email',
  registration: 'account/finish-registration',
  reset: 'account/reset-password',
  undo: 'account/undo-email-change',
  end: 'account/end-sessions',
  invitation: 'account/accept-invitation',
};

/** What a button on the page sends. */
const USES: Readonly<Record<string, readonly [path: string, more: object]>> = {
  [PAGES.proof]: ['verify-email', {}],
  [PAGES.registration]: ['verify-email', { password: NEW_PASSWORD }],
  [PAGES.reset]: ['reset-password', { new_password: NEW_PASSWORD }],
  [PAGES.undo]: ['undo-email-change', {}],
  [PAGES.end]: ['end-sessions', {}],
  [PAGES.invitation]: ['accept-invitation', { password: NEW_PASSWORD, full_name: 'A' }],
};

describe('a program that opens every link of a mail', () => {
  let mails: MailFolder;
  let deployment: Deployment;
  let browser: Browser;
  let admin: ApiClient;

  beforeAll(async () => {
    const port = await freePort();
    mails = await MailFolder.make();
    const env = { ...mails.variables, PUBLIC_URL: `http://127.0.0.1:${port}` };
    deployment = await Deployment.start({ instances: [env, { ...env, REGISTRATION_SILENT: 'true' }], port });
    admin = await deployment.admin();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await deployment.stop();
    await mails.remove();
  });

  const signUp = async () => {
    const member = await deployment.accounts().signUp();
    await mails.rest(member.email, deployment.databaseUrl);
    return member;
  };
  const newAddress = () => `${randomUUID()}@example.org`;
  const registerSilently = (email: string) => {
    const body = { email, password: NEW_PASSWORD, full_name: 'A' };
    return deployment.client(1).post('/api/v1/auth/register', body);
  };

  /** Causes a mail of each kind. @returns its receiver, and a page that it links to */
  const CAUSES: Readonly<Record<string, () => Promise<[address: string, page: string]>>> = {
    verify_email: async () => {
      const { email } = await deployment.accounts().register();
      return [email, PAGES.proof];
    },
    reset_password: async () => {
      const { email } = await signUp();
      await deployment.client().post('/api/v1/auth/forgot-password', { email });
      return [email, PAGES.reset];
    },
    confirm_new_email: async () => {
      const [{ client, password }, new_email] = [await signUp(), newAddress()];
      await client.post('/api/v1/users/me/change-email', { new_email, current_password: password });
      return [new_email, PAGES.proof];
    },
    email_changed: async () => {
      const [{ client, password, email }, new_email] = [await signUp(), newAddress()];
      await client.post('/api/v1/users/me/change-email', { new_email, current_password: password });
      const token = await mails.token(new_email, PAGES.proof);
      await client.post('/api/v1/auth/verify-email', { token });
      return [email, PAGES.undo];
    },
    new_device: async () => {
      const { email, password } = await signUp();
      const headers = { 'user-agent': 'curl/8.14.1' };
      await deployment.client().post('/api/v1/auth/login/json', { email, password }, { headers });
      return [email, PAGES.end];
    },
    password_changed: async () => {
      const { client, password, email } = await signUp();
      const body = { current_password: password, new_password: NEW_PASSWORD };
      await client.post('/api/v1/users/me/change-password', body);
      return [email, PAGES.end];
    },
    registration: async () => {
      const email = newAddress();
      await registerSilently(email);
      return [email, PAGES.registration];
    },
    'registration, of an address that has an account': async () => {
      const { email } = await signUp();
      await registerSilently(email);
      return [email, PAGES.reset];
    },
    account_created: async () => {
      const email = newAddress();
      await admin.post('/api/v1/users', { email, full_name: 'A' });
      return [email, PAGES.reset];
    },
    invitation: async () => {
      const email = newAddress();
      await admin.post('/api/v1/invitations', { email });
      return [email, PAGES.invitation];
    },
  };

  /** Shows the mail, asks for each of its links, and opens each in a browser that runs scripts. */
  async function scan({ html, links }: ReceivedMail): Promise<void> {
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.setContent(html);
    const anchors = await page.locator('a').all();
    const shown = await Promise.all(anchors.map((anchor) => anchor.getAttribute('href')));
    expect(new Set(shown)).toEqual(new Set(links));
    for (const link of links) {
      for (const method of ['HEAD', 'GET', 'OPTIONS']) await (await fetch(link, { method })).arrayBuffer();
      await page.goto(link, { waitUntil: 'networkidle' });
    }
    await page.close();
    expect(failures).toEqual([]);
  }

  const use = (mail: ReceivedMail, page: string): Promise<ApiResponse<unknown>> => {
    const [path = '', more] = USES[page] ?? [];
    return deployment.client().post(`/api/v1/auth/${path}`, { token: tokenOf(mail, page), ...more });
  };

  it.each(Object.entries(CAUSES))('uses up no token of a mail %s', async (title, cause) => {
    const mail = await mails.open(...(await cause()));
    expect(title.startsWith(mail.kind)).toBe(true);
    await scan(mail);
    const pages = Object.values(PAGES).filter((page) =>
      mail.links.some((link) => new URL(link).pathname === `/${page}`),
    );
    expect(pages).toHaveLength(mail.links.length);
    for (const page of pages) expect((await use(mail, page)).status).toBeLessThan(300);
  });
});
