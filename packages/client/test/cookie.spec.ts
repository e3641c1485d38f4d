import type { AppProcess } from '../../../test/support/app/app-process.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createClient, type SessionEnd } from '../src/index.js';
import { COOKIE } from '../src/token-carrier.js';
import { logInAnew, startService, VisibleStore } from './service.js';

describe('a client with carrier: "cookie"', () => {
  let service: AppProcess;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.stop());

  /** Does what a browser does: adds its Origin, and keeps the cookie. */
  class Browser {
    cookie = '';
    readonly included: string[] = [];

    readonly send = async (request: Request): Promise<Response> => {
      const path = new URL(request.url).pathname;
      if (request.credentials === 'include') {
        this.included.push(path);
        request.headers.set('cookie', this.cookie);
      }
      request.headers.set('origin', service.url);
      const response = await fetch(request);
      const [pair] = (response.headers.getSetCookie()[0] ?? '').split(';');
      if (request.credentials === 'include' && pair) this.cookie = pair;
      return response;
    };

    open(ends: SessionEnd[] = []) {
      const onEnd = (end: SessionEnd) => ends.push(end);
      return createClient({ baseUrl: service.url, carrier: 'cookie', fetch: this.send, onEnd });
    }
  }

  const newAccount = async () => (await logInAnew(service.url)).account;

  it('goes on after a reload by the cookie, and not after the logout', async () => {
    const browser = new Browser();
    const account = await newAccount();
    const ends: SessionEnd[] = [];
    const client = browser.open(ends);
    await expect(client.resume()).resolves.toBe(false);
    const { data } = await client.logIn(account);
    expect(data).not.toHaveProperty('refresh_token');
    await expect(client.resume()).resolves.toBe(true);
    const reloaded = browser.open();
    await expect(reloaded.api.me.read()).resolves.toMatchObject({ response: { status: 401 } });
    await expect(reloaded.resume()).resolves.toBe(true);
    await expect(reloaded.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
    await expect(reloaded.api.sessions.list()).resolves.toMatchObject({ data: { total: 2 } });
    await expect(reloaded.logOut()).resolves.toMatchObject({ response: { status: 200 } });
    expect(browser.cookie).toBe('__Host-refresh=');
    await expect(browser.open().resume()).resolves.toBe(false);
    await waitFor(() => ends.length > 0, { what: 'the end in the first client' });
    expect(ends).toEqual([{ reason: 'logout' }]);
  });

  it('sends the cookie to the routes of the cookie alone', async () => {
    const browser = new Browser();
    const client = browser.open();
    await client.logIn(await newAccount());
    await client.api.me.read();
    await client.fetch(`${service.url}/api/v1/sessions`);
    await browser.open().resume();
    await client.logOut();
    const prefix = '/api/v1/auth/';
    expect(browser.included).toEqual([`${prefix}login/json`, `${prefix}refresh`, `${prefix}logout`]);
  });

  it('logs out after a reload, too', async () => {
    const browser = new Browser();
    await browser.open().logIn(await newAccount());
    await expect(browser.open().logOut()).resolves.toMatchObject({ response: { status: 200 } });
    expect(browser.cookie).toBe('__Host-refresh=');
  });

  it('has no use for the tokens of a login that replaced its own', async () => {
    const browser = new Browser();
    const ends: SessionEnd[] = [];
    const client = browser.open(ends);
    await client.logIn(await newAccount());
    const other = new Browser();
    await other.open().logIn(await newAccount());
    browser.cookie = other.cookie;
    const { fetch: real } = globalThis;
    globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      return request.url.endsWith('/users/me')
        ? Response.json({ code: 'token_expired' }, { status: 401 })
        : real(request);
    };
    const refused = await client.api.me.read();
    globalThis.fetch = real;
    expect(refused.error).toMatchObject({ code: 'token_expired' });
    expect(ends).toEqual([{ reason: 'other_login' }]);
    await expect(client.api.me.read()).resolves.toMatchObject({ error: { code: 'token_missing' } });
    await expect(client.resume()).resolves.toBe(true);
  });

  it('says why it cannot resume a session', async () => {
    const refusing = createClient({ baseUrl: service.url, carrier: 'cookie' });
    await expect(refusing.resume()).rejects.toThrow('No session: 403 origin_refused');
    const { error } = await refusing.logIn(await newAccount());
    expect(error?.code).toBe('origin_refused');
  });

  it('is refused with a store or a lock', () => {
    const options = { baseUrl: service.url, carrier: 'cookie' } as const;
    const lock = <T>(work: () => Promise<T>) => work();
    const rule = /^carrier: "cookie" has no store and no lock/;
    for (const wrong of [{ store: new VisibleStore() }, { lock }])
      expect(() => createClient({ ...options, ...wrong })).toThrow(rule);
  });

  it('names a login by an access token with any base64url', () => {
    const tokenOf = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
    const tokens = { token_type: 'bearer', expires_in: 1 } as const;
    for (const iss of ['', '?', '??>', '~~~~'])
      expect(COOKIE.nameOf({ ...tokens, access_token: tokenOf({ iss, sid: 'the id' }) }, '')).toBe('the id');
  });

  it('looks into its store, and asks nobody, without that option', async () => {
    const { client, observed } = await logInAnew(service.url);
    const before = observed.paths.length;
    await expect(client.resume()).resolves.toBe(true);
    await expect(createClient({ baseUrl: service.url, fetch: observed.send }).resume()).resolves.toBe(false);
    expect(observed.paths).toHaveLength(before);
  });
});
