import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../support/app/browser.js';
import { MailFolder, type ReceivedMail } from '../support/mail/mail-folder.js';
import { freePort } from '../support/network/free-port.js';
import { Deployment, expectProblem, PASSWORD } from './support/suite.js';

const NEW_PASSWORD = 'a new horse battery';
const PHONE = { viewport: { width: 320, height: 640 }, locale: 'de-AT' } as const;

describe('without the console, the page that a mail leads to', () => {
  let mails: MailFolder;
  let deployment: Deployment;
  let browser: Browser;

  beforeAll(async () => {
    const port = await freePort();
    mails = await MailFolder.make();
    const env = {
      ...mails.variables,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      REGISTRATION_SILENT: 'true',
      CONSOLE: 'off',
    };
    deployment = await Deployment.start({ instances: [env], port });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await deployment.stop();
    await mails.remove();
  });

  const newAddress = () => `${randomUUID()}@example.org`;
  const post = (route: string, body: object) => deployment.client().post(`/api/v1/auth/${route}`, body);
  const register = (email: string) => post('register', { email, password: PASSWORD, full_name: 'Ada' });
  const login = (email: string, password: string) => deployment.accounts().tryLogin({ email, password });
  const linkTo = ({ links }: ReceivedMail, page: string) =>
    links.find((link) => new URL(link).pathname === `/account/${page}`)!;
  const mailed = async (email: string, page: string) =>
    linkTo(await mails.open(email, `account/${page}`), page);
  /** An account that an admin made, and the link that sets its password. */
  const invited = async () => {
    const email = newAddress();
    await (await deployment.admin()).post('/api/v1/users', { email, full_name: 'Ada' });
    return { email, link: await mailed(email, 'reset-password') };
  };

  /** Opens a link, uses the page, and expects that the browser complained of nothing. */
  async function visit(
    link: string,
    use: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    const elsewhere: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // Chromium reports each answer of 400 and more, too.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(link).origin) elsewhere.push(request.url());
    });
    await page.goto(link);
    await use(page);
    await context.close();
    expect({ complaints, elsewhere }).toEqual({ complaints: [], elsewhere: [] });
  }

  const button = (page: Page) => page.getByRole('button');
  const result = (page: Page) => page.getByRole('status');
  const expectResult = async (page: Page, text: string) => {
    await result(page).filter({ hasText: text }).waitFor();
  };

  it('sets a password, and does not keep the token in its address', async () => {
    const { email, link } = await invited();
    await visit(link, async (page) => {
      expect(page.url()).not.toContain('token');
      await page.getByLabel('New password').fill(NEW_PASSWORD);
      await button(page).click();
      await expectResult(page, 'Done.');
    });
    expect((await login(email, NEW_PASSWORD)).status).toBe(200);
    await visit(link, async (page) => {
      await page.getByLabel('New password').fill(NEW_PASSWORD);
      await button(page).click();
      await expectResult(page, 'used already');
      await expect(page.locator('form').isVisible()).resolves.toBe(false);
    });
  });

  it('says why a password is refused, and takes another one', async () => {
    const { email, link } = await invited();
    await visit(link, async (page) => {
      await page.getByLabel('New password').fill('short');
      await button(page).click();
      await expectResult(page, '8');
      await page.getByLabel('New password').fill(NEW_PASSWORD);
      await button(page).click();
      await expectResult(page, 'Done.');
    });
    expect((await login(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('finishes a registration by the password that was chosen', async () => {
    const email = newAddress();
    await register(email);
    await visit(await mailed(email, 'finish-registration'), async (page) => {
      await page.getByLabel('Your password').fill(NEW_PASSWORD);
      await button(page).click();
      await expectResult(page, 'another password');
      await page.getByLabel('Your password').fill(PASSWORD);
      await button(page).click();
      await expectResult(page, 'Done.');
    });
    expect((await login(email, PASSWORD)).status).toBe(200);
  });

  it('finishes a registration without its password, which then opens nothing', async () => {
    const email = newAddress();
    await register(email);
    await visit(await mailed(email, 'finish-registration'), async (page) => {
      await button(page).click();
      await expectResult(page, 'Done.');
    });
    expectProblem(await login(email, PASSWORD), 401, 'invalid_credentials');
    await expect(mailed(email, 'reset-password')).resolves.toContain('#token=');
  });

  it('accepts an invitation, and leaves no session open', async () => {
    const email = newAddress();
    await (await deployment.admin()).post('/api/v1/invitations', { email });
    await visit(await mailed(email, 'accept-invitation'), async (page) => {
      await page.getByLabel('Your name').fill('Ada Lovelace');
      await page.getByLabel('New password').fill(NEW_PASSWORD);
      await button(page).click();
      await expectResult(page, 'Done.');
    });
    const { body } = await login(email, NEW_PASSWORD);
    const sessions = await deployment.client().as(body.access_token).get('/api/v1/sessions');
    expect(sessions.body['total']).toBe(1);
  });

  it('says that the service cannot be reached, and works when it can', async () => {
    const { link } = await invited();
    await visit(link, async (page) => {
      await page.getByLabel('New password').fill(NEW_PASSWORD);
      await page.context().setOffline(true);
      await button(page).click();
      await expectResult(page, 'did not work');
      await page.context().setOffline(false);
      await button(page).click();
      await expectResult(page, 'Done.');
    });
  });

  it('says that a link is not complete', async () => {
    const { link } = await invited();
    await visit(link.split('#')[0]!, async (page) => {
      await page.getByText('not complete').waitFor();
      await expect(page.locator('form').isVisible()).resolves.toBe(false);
    });
  });

  it('speaks German, and fits a small phone', async () => {
    const { link } = await invited();
    await visit(
      link,
      async (page) => {
        await page.getByRole('heading', { name: 'Neues Passwort wählen' }).waitFor();
        await expect(page.title()).resolves.toBe('Neues Passwort wählen');
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        const language = await page.locator('html').getAttribute('lang');
        expect({ width, language }).toEqual({ width: PHONE.viewport.width, language: 'de' });
      },
      PHONE,
    );
  });
});
