import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/app/browser.js';
import { attempt } from './support/attack-scripts.js';
import { Deployment } from './support/deployment.js';

describe('the cookie of a refresh token by plain HTTP', () => {
  let deployment: Deployment;
  let browser: Browser;
  let pages: Server;
  let pagesPort: number;

  beforeAll(async () => {
    pages = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<p>page</p>'));
    await once(pages.listen(0, '127.0.0.1'), 'listening');
    pagesPort = (pages.address() as AddressInfo).port;
    deployment = await Deployment.start({
      instances: [{ CORS_ORIGINS: `http://localhost:${pagesPort}` }],
      redisUrl: null,
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await deployment.stop();
    pages.close();
  });

  async function visit(page: string, service: string) {
    const account = await deployment.accounts().register();
    const context = await browser.newContext();
    const opened = await context.newPage();
    await opened.goto(page);
    return { account, opened, routeUrl: (route: string) => `${service}/api/v1/auth/${route}`, context };
  }
  const carrier = { 'Token-Carrier': 'cookie' };
  const post = (page: Page, url: string, body?: object) =>
    page.evaluate(attempt, {
      url,
      init: {
        credentials: 'include' as const,
        ...(body === undefined
          ? { headers: carrier }
          : { headers: { ...carrier, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      },
    });
  const loginOf = ({ email, password }: { email: string; password: string }) => ({ email, password });

  it.each([
    ['of a page of the service on localhost', 'localhost', undefined],
    ['of a page of the service on 127.0.0.1', '127.0.0.1', undefined],
    ['of a named page at another port of localhost', 'localhost', 'localhost'],
  ])('%s outlives a reload', async (_, host, pageHost) => {
    const service = `http://${host}:${deployment.apps[0]!.port}`;
    const url =
      pageHost === undefined ? `${service}/account/verify-email` : `http://${pageHost}:${pagesPort}`;
    const { account, opened, routeUrl, context } = await visit(url, service);
    expect(await post(opened, routeUrl('login/json'), loginOf(account))).toBe('read 200');
    await opened.reload();
    expect(await post(opened, routeUrl('refresh'))).toBe('read 200');
    await context.close();
  });

  it('is refused to a page of 127.0.0.1, which is another site than localhost, and is not named', async () => {
    const service = `http://localhost:${deployment.apps[0]!.port}`;
    const { account, opened, routeUrl, context } = await visit(`http://127.0.0.1:${pagesPort}`, service);
    expect(await post(opened, routeUrl('login/json'), loginOf(account))).toBe('blocked');
    await context.close();
  });
});
