import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AppProcess } from '../../../test/support/app/app-process.js';
import { launchBrowser } from '../../../test/support/app/browser.js';
import { makeTemporaryDirectory } from '../../../test/support/files/temporary-directory.js';
import { waitFor } from '../../../test/support/wait-for.js';
import type { ClientState, ErgodriveClient, SessionEnd } from '../src/index.js';
import { expired, logInAnew, startService } from './service.js';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;
type BrowserContext = Awaited<ReturnType<Browser['newContext']>>;
type Page = Awaited<ReturnType<BrowserContext['newPage']>>;

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
/** What the page of the test has in `window`. */
type Tab = { client: ErgodriveClient; ends: SessionEnd[]; watched: (SessionEnd | boolean)[] };

const pageFor = (serviceUrl: string) => `<!doctype html><script type="module">
  import { createClient, sharedByTabs } from '/client/index.js';
  window.ends = [];
  window.watched = [];
  window.client = createClient({
    baseUrl: '${serviceUrl}',
    onEnd: (end) => window.ends.push(end),
    ...sharedByTabs('auth'),
  });
</script>`;

describe('two tabs of a browser with sharedByTabs', () => {
  let service: AppProcess;
  let browser: Browser;
  let pages: Server;
  let origin: string;
  beforeAll(async () => {
    const built = await makeTemporaryDirectory('built');
    const project = join(PACKAGE, 'tsconfig.build.json');
    await promisify(execFile)(process.execPath, [TSC, '--project', project, '--outDir', built]);
    pages = createServer((request, response) => {
      const path = /^\/client\/([\w./-]+)$/.exec(request.url ?? '')?.[1];
      response.setHeader('content-type', path === undefined ? 'text/html' : 'text/javascript');
      response.end(path === undefined ? pageFor(service.url) : readFileSync(join(built, path)));
    });
    await once(pages.listen(0, '127.0.0.1'), 'listening');
    origin = `http://localhost:${(pages.address() as AddressInfo).port}`;
    service = await startService({ CORS_ORIGINS: origin });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
    await service.stop();
  });

  async function openTab(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.goto(origin);
    await page.waitForFunction(() => 'client' in window);
    return page;
  }

  async function openTabs() {
    const context = await browser.newContext();
    const { account } = await logInAnew(service.url);
    const [first, second] = [await openTab(context), await openTab(context)];
    await first.evaluate((body) => (window as unknown as Tab).client.logIn(body), account);
    return { context, first, second };
  }

  const read = (page: Page) =>
    page.evaluate(async () => (await (window as unknown as Tab).client.api.me.read()).response?.status);
  const endsOf = (page: Page) => page.evaluate(() => (window as unknown as Tab).ends);
  const watchedBy = (page: Page) => page.evaluate(() => (window as unknown as Tab).watched);

  it('share a session, exchange once, and both get its end', async () => {
    const { context, first, second } = await openTabs();
    const tabs = [first, second];
    await expect(Promise.all(tabs.map(read))).resolves.toEqual([200, 200]);
    for (const tab of tabs)
      await tab.evaluate(async () => {
        const { client, watched } = window as unknown as Tab;
        const keep = (event: SessionEnd | boolean) => watched.push(event);
        await client.watch({ onEnd: keep, onConnection: keep });
      });
    const areOpen = async () => (await Promise.all(tabs.map(watchedBy))).every(([isOpen]) => isOpen === true);
    await waitFor(areOpen, { what: 'the channels' });

    /** Beside `localStorage` a lock has no say: the tab that gets it next may still see the state from before. */
    const exchanges = new Set<string>();
    let refusals = 0;
    context.on('response', (response) => {
      if (response.status() === 401) refusals += 1;
    });
    // Each tab has a reason to exchange before an exchange is answered.
    await context.route('**/auth/refresh', async (route) => {
      await waitFor(() => refusals === 4, { what: 'the refusals' });
      await route.continue();
    });
    context.on('request', (request) => {
      if (request.method() !== 'POST' || !request.url().endsWith('/auth/refresh')) return;
      exchanges.add(`${request.headers()['idempotency-key']} ${request.postData()}`);
    });
    const item = await first.evaluate(() => localStorage.getItem('auth'));
    const state = JSON.parse(item ?? '{}') as ClientState;
    const later = JSON.stringify({ ...state, session: expired(state.session!) });
    await first.evaluate((value) => localStorage.setItem('auth', value), later);
    await expect(Promise.all([...tabs, ...tabs].map(read))).resolves.toEqual([200, 200, 200, 200]);
    expect(exchanges.size).toBe(1);

    await first.evaluate(() => (window as unknown as Tab).client.logOut());
    const areOver = async () => (await Promise.all(tabs.map(endsOf))).every(({ length }) => length > 0);
    await waitFor(areOver, { what: 'the ends' });
    await expect(Promise.all(tabs.map(read))).resolves.toEqual([401, 401]);
    const end = { reason: 'logout' };
    await expect(Promise.all(tabs.map(endsOf))).resolves.toEqual([[end], [end]]);
    for (const watched of await Promise.all(tabs.map(watchedBy)))
      expect(watched.filter((event) => event !== false)).toEqual([true, end]);
    await context.close();
  });

  it('get the login of somebody else in the other tab as an end', async () => {
    const { context, first, second } = await openTabs();
    await expect(read(second)).resolves.toBe(200);
    const { account } = await logInAnew(service.url);
    await second.evaluate((body) => (window as unknown as Tab).client.logIn(body), account);
    await waitFor(async () => (await endsOf(first)).length > 0, { what: 'the end in the first tab' });
    await expect(endsOf(first)).resolves.toEqual([{ reason: 'other_login' }]);
    await expect(endsOf(second)).resolves.toEqual([]);
    await context.close();
  });
});
