import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../support/app/browser.js';
import { freePort } from '../support/network/free-port.js';
import { ManagedProcess } from '../support/process/managed-process.js';
import { waitFor } from '../support/wait-for.js';
import { type Account, Deployment } from './support/suite.js';

const README = readFileSync('examples/README.md', 'utf8');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 40_000;
/** Failures after which an account is refused at a network. */
const GUESSES = 10;

describe.each(['browser-html', 'browser-react'])('the example %s', (folder) => {
  let deployment: Deployment;
  let browser: Browser;
  let example: ManagedProcess;
  let origin: string;
  let context: BrowserContext;
  let account: Account;

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    deployment = await Deployment.start({
      instances: [{ CORS_ORIGINS: origin, RATE_LIMIT_ENABLED: 'true' }],
    });
    // Both are reached as localhost: cookies do not go from one site to another.
    const service = `http://localhost:${deployment.apps[0]!.port}`;
    example = await startExample(folder, port, service);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await example.stop();
    await deployment.stop();
  });
  beforeEach(async () => {
    account = await deployment.accounts().register();
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  const open = async () => {
    const page = await context.newPage();
    await page.goto(origin);
    return page;
  };
  const submit = async (page: Page, password = account.password) => {
    await page.getByLabel('E-mail').fill(account.email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };
  const logIn = async (page: Page) => {
    await submit(page);
    await isIn(page);
  };
  const isIn = (page: Page) => page.getByRole('heading', { name: 'Test Account' }).waitFor();
  const isOut = (page: Page) => page.getByLabel('Password').waitFor();
  const says = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();
  const sessions = async () => {
    const { access_token } = await deployment.accounts().login(account);
    const client = deployment.client().as(access_token);
    const { body } = await client.get('/api/v1/sessions');
    await client.post('/api/v1/auth/logout');
    return Number(body['total']) - 1;
  };

  it('says that a password is wrong, keeps the address, and then logs in', async () => {
    const page = await open();
    await submit(page, 'wrong');
    await says(page, 'Incorrect email or password');
    expect(await page.getByLabel('E-mail').inputValue()).toBe(account.email);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await isIn(page);
    expect(await page.getByRole('status').textContent()).toBe('');
  });

  it('says how long to wait after too many attempts', async () => {
    for (let attempt = 1; attempt <= GUESSES; attempt += 1)
      await deployment.accounts().tryLogin({ ...account, password: 'wrong' });
    const page = await open();
    await submit(page);
    await says(page, 'Too many attempts. Try again in 15 min.');
  });

  it('says that the network is away, and logs in when it is there again', async () => {
    const page = await open();
    await isOut(page);
    await context.route('**/auth/login/json', (route) => route.abort('internetdisconnected'));
    await submit(page);
    await says(page, 'The service does not answer. Check the network, and try again.');
    await context.unroute('**/auth/login/json');
    await logIn(page);
  });

  it('keeps no password in its fields after a logout', async () => {
    const page = await open();
    await logIn(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await says(page, 'You are logged out.');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
  });

  it('goes on after reloads and in another tab, by one session, and no script finds its refresh token', async () => {
    const page = await open();
    await logIn(page);
    for (let reload = 1; reload <= 3; reload += 1) {
      await page.reload();
      await isIn(page);
    }
    await isIn(await open());
    expect(await sessions()).toBe(1);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({
      name: '__Host-refresh',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    });
    const visible = await page.evaluate<string>(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])',
    );
    expect(visible).not.toContain(cookie!.value);
    expect(visible).not.toContain('__Host-refresh');
  });

  it('stays logged in when a reload cuts an exchange off whose answer is lost', async () => {
    const page = await open();
    await logIn(page);
    // The service answers, and the browser gets neither the answer nor its cookie.
    await context.route('**/auth/refresh', async (route) => {
      const { value } = (await context.cookies())[0]!;
      const headers = { ...(await route.request().allHeaders()), cookie: `__Host-refresh=${value}` };
      await deployment.client().send('POST', '/api/v1/auth/refresh', { headers });
      await route.abort();
    });
    await page.reload();
    await says(page, 'The service does not answer');
    await context.unroute('**/auth/refresh');
    await page.reload();
    await isIn(page);
    expect(await sessions()).toBe(1);
  });

  it('keeps its session when many tabs refresh at once, and the logout in one logs all out', async () => {
    const first = await open();
    await logIn(first);
    const tabs = [first, ...(await Promise.all(Array.from({ length: 3 }, open)))];
    await Promise.all(tabs.map(isIn));
    for (let round = 1; round <= 3; round += 1) {
      await Promise.all(tabs.map((tab) => tab.reload()));
      await Promise.all(tabs.map(isIn));
    }
    expect(await sessions()).toBe(1);
    await tabs[2]!.getByRole('button', { name: 'Log out' }).click();
    await Promise.all(tabs.map((tab) => says(tab, 'You are logged out.')));
    expect(await context.cookies()).toEqual([]);
    await first.reload();
    await isOut(first);
    expect(await sessions()).toBe(0);
  });

  it('goes dark in each tab when the session is ended elsewhere, with the reason', async () => {
    const [first, second] = [await open(), await open()];
    await logIn(first);
    await second.reload();
    await isIn(second);
    const { access_token } = await deployment.accounts().login(account);
    await deployment.client().as(access_token).delete('/api/v1/sessions');
    for (const tab of [first, second]) await says(tab, 'Your session has ended (revoked_by_user).');
    await first.reload();
    await isOut(first);
    expect(await context.cookies()).toEqual([]);
  });

  it('shows the login of somebody else in another tab as an end', async () => {
    const [first, second] = [await open(), await open()];
    await logIn(first);
    account = await deployment.accounts().register();
    await logIn(second);
    await says(first, 'Another tab has logged in.');
    await first.reload();
    await isIn(first);
  });

  it('is started by a command of the README', () => {
    expect(README).toContain(`\n${commandOf(folder).join(' ')}\n`);
  });
});

/** As in the README, with other addresses, and without npx in between, which does not pass signals on. */
async function startExample(folder: string, port: number, service: string): Promise<ManagedProcess> {
  const { PATH, HOME } = process.env;
  const own = ['--port', String(port), '--bypass-lock'];
  const [, file = '', ...args] = commandOf(folder);
  const started = await ManagedProcess.spawn({
    command: process.execPath,
    args: file === 'vite' ? ['node_modules/vite/bin/vite.js', ...args, ...own] : [file],
    cwd: ROOT,
    env: { PATH, HOME, PORT: String(port), SERVICE_URL: service, VITE_SERVICE_URL: service },
    stopSignal: 'SIGTERM',
  });
  const isUp = async () => (await fetch(`http://localhost:${port}`).catch(() => undefined))?.ok === true;
  await waitFor(async () => !started.running || (await isUp()), { what: folder, timeoutMs: PATIENCE_MS });
  if (!started.running) throw new Error(`${folder} ended:\n${started.output}`);
  return started;
}

const commandOf = (folder: string): string[] =>
  folder === 'browser-html' ? ['node', `examples/${folder}/main.mjs`] : ['npx', 'vite', `examples/${folder}`];
