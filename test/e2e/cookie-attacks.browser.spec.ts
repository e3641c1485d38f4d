import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../support/app/browser.js';
import { attempt, EVERYTHING, POST_FORM, SANDBOX } from './support/attack-scripts.js';
import { HttpsHosts } from './support/https-hosts.js';
import { Deployment, PASSWORD } from './support/suite.js';

const AUTH = 'auth.example.test';
const APP = 'app.example.test';
const SIBLING = 'evil.example.test';
const OTHER = 'evil.test';
const PARTNER = 'partner.test';
const COOKIE = '__Host-refresh';
const ROUTES = ['refresh', 'logout', 'login/json', 'login', 'accept-invitation'];

describe('in a browser that keeps a refresh token in a cookie', () => {
  let hosts: HttpsHosts;
  let deployment: Deployment;
  let browser: Browser;
  let context: BrowserContext;
  let victim: Page;
  let account: { email: string; password: string };

  beforeAll(async () => {
    hosts = await HttpsHosts.start(AUTH);
    const variables = {
      NODE_ENV: 'production',
      ISSUER_URL: hosts.origin(AUTH),
      CORS_ORIGINS: `${hosts.origin(APP)},${hosts.origin(PARTNER)}`,
      TRUSTED_PROXIES: '1',
      PASSWORD_REFUSE_COMMON: 'false',
    };
    deployment = await Deployment.start({ instances: [variables] });
    hosts.servicePort = deployment.apps[0]!.port;
    browser = await launchBrowser(
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      '--ignore-certificate-errors',
    );
  });
  afterAll(async () => {
    await browser.close();
    await deployment.stop();
    await hosts.stop();
  });
  beforeEach(async () => {
    account = await deployment.accounts().register();
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    victim = await open(hosts.origin(APP));
    expect(await logIn(victim)).toBe('read 200');
    expect((await kept())?.value).toMatch(/^eyJ/);
    hosts.served.length = 0;
  });
  afterEach(() => context.close());

  const open = async (url: string) => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const routeUrl = (route: string) => `${hosts.origin(AUTH)}/api/v1/auth/${route}`;
  const logIn = (page: Page) =>
    page.evaluate(attempt, {
      url: routeUrl('login/json'),
      init: {
        credentials: 'include' as const,
        headers: { 'content-type': 'application/json', 'Token-Carrier': 'cookie' },
        body: JSON.stringify({ email: account.email, password: PASSWORD }),
      },
    });
  const refresh = (page: Page) =>
    page.evaluate(attempt, {
      url: routeUrl('refresh'),
      init: { credentials: 'include' as const, headers: { 'Token-Carrier': 'cookie' } },
    });
  const kept = async () => (await context.cookies(hosts.origin(AUTH))).find(({ name }) => name === COOKIE);
  /** Runs an attack, after which the session must be as before. */
  const harmless = async (attack: () => Promise<unknown>) => {
    const before = await kept();
    await attack();
    expect(await kept()).toEqual(before);
    const posts = hosts.served.filter(({ method }) => method === 'POST');
    expect(posts.filter(({ status, setsCookie }) => status < 400 || setsCookie)).toEqual([]);
    expect(await refresh(victim)).toBe('read 200');
    return posts;
  };

  it('the cookie has all attributes, and comes and goes between pages of the same site', async () => {
    expect(await kept()).toMatchObject({
      domain: AUTH,
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    });
    expect(await refresh(victim)).toBe('read 200');
    const own = await open(`${hosts.origin(AUTH)}/account/verify-email`);
    expect(await refresh(own)).toBe('read 200');
    expect(hosts.served.filter(({ method, status }) => method === 'POST' && status === 200)).toHaveLength(2);
  });

  it('no script finds the refresh token: not in cookies, storage, bodies or headers', async () => {
    const own = await open(`${hosts.origin(AUTH)}/account/verify-email`);
    const found: string[] = [];
    for (const page of [victim, own])
      found.push(await page.evaluate<string>(`(${EVERYTHING})('${routeUrl('refresh')}')`));
    const tokens = found.flatMap((text) => text.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? []);
    // The access tokens; a device token comes with a login alone.
    expect(tokens).toHaveLength(2);
    for (const token of tokens)
      expect(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())).toMatchObject({
        typ: 'at+jwt',
      });
    expect(found.join()).not.toContain((await kept())!.value);
    expect(found.join()).not.toContain(COOKIE);
  });

  describe.each([
    ['another site', OTHER, false],
    ['a sibling domain', SIBLING, true],
  ])('a page of %s', (_, host, isSameSite) => {
    it('reads nothing and changes nothing by fetch with credentials, with and without the header', async () => {
      const page = await open(hosts.origin(host));
      const posts = await harmless(async () => {
        for (const route of ROUTES)
          for (const headers of [
            { 'Token-Carrier': 'cookie' },
            { 'content-type': 'application/json' },
            { 'content-type': 'text/plain' },
            { 'content-type': 'application/x-www-form-urlencoded' },
          ] as Record<string, string>[])
            for (const body of ['', '{}']) {
              const init = { credentials: 'include' as const, headers, body };
              expect(await page.evaluate(attempt, { url: routeUrl(route), init })).toBe('blocked');
            }
      });
      expect(posts.some(({ hadCookie }) => hadCookie)).toBe(isSameSite);
    });

    it('reads nothing and changes nothing by fetch without CORS, beacon and image', async () => {
      const page = await open(hosts.origin(host));
      await harmless(async () => {
        for (const route of ROUTES) {
          const url = routeUrl(route);
          for (const headers of [
            {},
            { 'Token-Carrier': 'cookie' },
            { 'content-type': 'text/plain' },
          ] as Record<string, string>[]) {
            const init = { mode: 'no-cors' as const, credentials: 'include' as const, headers, body: 'a=b' };
            // Its Cross-Origin-Resource-Policy keeps the answer from the page.
            expect(await page.evaluate(attempt, { url, init })).toBe('blocked');
          }
          await page.evaluate(`navigator.sendBeacon('${url}', 'a=b'), void (new Image().src = '${url}')`);
        }
      });
    });

    it.each(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])(
      'changes nothing by a form of type %s',
      async (enctype) => {
        const page = await open(hosts.origin(host));
        const posts = await harmless(async () => {
          for (const route of ROUTES) {
            await page.goto(hosts.origin(host));
            await page.evaluate(`(${POST_FORM})('${routeUrl(route)}', '${enctype}')`);
            await page.waitForURL(routeUrl(route));
          }
        });
        expect(posts.filter(({ status }) => status >= 400)).toHaveLength(ROUTES.length);
      },
    );

    it('gets nothing in a frame with an opaque origin', async () => {
      const page = await open(hosts.origin(host));
      await harmless(async () => {
        await page.evaluate(`(${SANDBOX})()`);
        const inside = (await (await page.waitForSelector('iframe')).contentFrame())!;
        await inside.waitForSelector('p');
        const init = { credentials: 'include' as const, headers: { 'Token-Carrier': 'cookie' } };
        for (const route of ROUTES)
          expect(await inside.evaluate(attempt, { url: routeUrl(route), init })).toBe('blocked');
      });
    });
  });

  it('a sibling domain cannot put a cookie in the place of ours, by script or by answer', async () => {
    const page = await open(hosts.origin(SIBLING));
    const posts = await harmless(async () => {
      const tosses = [
        `${COOKIE}=eyJtossed`,
        'refresh=eyJtossed',
        '\u2000__Host-refresh=eyJtossed',
        '=__Host-refresh=eyJtossed',
      ];
      for (const pair of tosses)
        for (const path of ['/', '/api/v1/auth', '/api/v1/auth/refresh']) {
          const cookie = `${pair}; Domain=example.test; Path=${path}; Secure`;
          await page.evaluate(`void (document.cookie = ${JSON.stringify(cookie)})`);
          if (/^[ -~]+$/.test(cookie))
            await page.goto(`${hosts.origin(SIBLING)}/toss?${encodeURIComponent(cookie)}`);
        }
    });
    expect(posts).toEqual([]);
    const cookies = await context.cookies(routeUrl('refresh'));
    // Chromium takes a white space before the prefix for another name, and so does the service.
    expect(new Set(cookies.filter(({ value }) => value.includes('tossed')).map(({ name }) => name))).toEqual(
      new Set(['refresh', '\u2000__Host-refresh']),
    );
    expect((await kept())!.value).not.toContain('tossed');
  });

  it('a page of another site opens no session that would not last, though its origin is named', async () => {
    const page = await open(hosts.origin(PARTNER));
    expect(await logIn(page)).toBe('read 403');
    expect(await refresh(page)).toBe('read 403');
    expect(await refresh(victim)).toBe('read 200');
  });

  it('the logout in one tab takes the cookie from all, and another tab finds that', async () => {
    const second = await open(hosts.origin(APP));
    const took = await victim.evaluate(async (base) => {
      const options = {
        method: 'POST',
        credentials: 'include',
        headers: { 'Token-Carrier': 'cookie' },
      } as const;
      const { access_token: token } = (await (await fetch(`${base}refresh`, options)).json()) as Record<
        string,
        string
      >;
      const headers = { ...options.headers, authorization: `Bearer ${token}` };
      const started = performance.now();
      const { status } = await fetch(`${base}logout`, { ...options, headers });
      return { status, ms: performance.now() - started };
    }, routeUrl(''));
    expect(took.status).toBe(200);
    // Chromium clears what it keeps for the origin before it gives the answer.
    expect(took.ms).toBeLessThan(5000);
    expect(await kept()).toBeUndefined();
    expect(await refresh(second)).toBe('read 401');
  });

  it('the cookie goes with a session that was ended elsewhere, at the next exchange', async () => {
    const { access_token } = await deployment.accounts().login({ ...account, password: PASSWORD });
    await deployment.client().as(access_token).delete('/api/v1/sessions');
    expect(await refresh(victim)).toBe('read 401');
    expect(await kept()).toBeUndefined();
  });
});
