import type { AppProcess } from '../../../test/support/app/app-process.js';
import { createClient, type Lock } from '../src/index.js';
import { oneAfterTheOther } from '../src/session.js';
import { expired, logInAnew, ObservedFetch, startService } from './service.js';

const unavailable = (status: number, seconds: number) =>
  Response.json({ code: 'temporarily_unavailable' }, { status, headers: { 'retry-after': String(seconds) } });

describe('an access token that has expired', () => {
  let service: AppProcess;
  beforeAll(async () => (service = await startService()));
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => service.stop());

  async function expire() {
    const start = await logInAnew(service.url);
    start.store.session = expired(start.session);
    return start;
  }

  it('is replaced by one exchange for all requests that were made with it', async () => {
    const { client, store, observed, session } = await expire();
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.api.me.read()));
    expect(answers.map(({ response }) => response?.status)).toEqual(Array(8).fill(200));
    expect(observed.exchanges).toBe(1);
    const tokens = { accessToken: expect.any(String), refreshToken: expect.any(String) };
    expect(store.session).toEqual({ ...session, ...tokens, expiresAt: expect.any(Number) });
    expect(store.session?.refreshToken).not.toBe(session.refreshToken);
    await expect(client.api.me.read()).resolves.toMatchObject({ data: { full_name: 'Ada Lovelace' } });
    expect(observed.exchanges).toBe(1);
  });

  it('is replaced by one exchange for two clients that share store and lock', async () => {
    const { store } = await expire();
    const observed = new ObservedFetch();
    const lock: Lock = oneAfterTheOther();
    const options = { baseUrl: service.url, store, lock, fetch: observed.send };
    const clients = [1, 2].map(() => createClient(options));
    const answers = await Promise.all(clients.map(({ api }) => api.me.read()));
    expect(answers.map(({ response }) => response?.status)).toEqual([200, 200]);
    expect(observed.exchanges).toBe(1);
  });

  it('is replaced before a request with a body is repeated', async () => {
    const { client } = await expire();
    const { data } = await client.api.me.update({ body: { full_name: 'Ada King' } });
    expect(data?.full_name).toBe('Ada King');
  });

  it('is replaced before a logout', async () => {
    const { client, store } = await expire();
    await expect(client.logOut()).resolves.toMatchObject({ response: { status: 200 } });
    expect(store.session).toBeUndefined();
  });

  it('is replaced after its signing key was removed, too', async () => {
    const { client, store, session } = await logInAnew(service.url);
    store.session = { ...session, accessToken: `${session.accessToken.slice(0, -43)}${'A'.repeat(43)}` };
    await expect(client.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
    await expect(client.api.sessions.list()).resolves.toMatchObject({ data: { total: 1 } });
  });

  it('does not end the session when the answer to the exchange is lost', async () => {
    const { client, store, observed } = await expire();
    observed.answer = async (request) => {
      const response = await fetch(request);
      if (request.url.endsWith('/auth/refresh')) throw new TypeError('connection lost');
      return response;
    };
    await expect(client.api.me.read()).rejects.toThrow('connection lost');
    expect(store.state.exchangeKey).toBeDefined();
    observed.answer = (request) => fetch(request);
    await expect(client.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
    await expect(client.api.sessions.list()).resolves.toMatchObject({ data: { total: 1 } });
  });

  it('gives the caller the answer of a failed exchange, and does not end the session', async () => {
    const { client, store, observed } = await expire();
    observed.answer = async (request) =>
      request.url.endsWith('/auth/refresh') ? unavailable(503, 0) : fetch(request);
    const { error, response } = await client.api.me.read();
    expect(error?.code).toBe('temporarily_unavailable');
    expect(response?.headers.get('retry-after')).toBe('0');
    expect(observed.exchanges).toBe(5);
    expect(store.session).toBeDefined();
  });

  it.each([429, 503])('is replaced after an exchange that %d put off, with the same key', async (status) => {
    const { client, observed } = await expire();
    const keys: (string | null)[] = [];
    observed.answer = async (request) => {
      if (!request.url.endsWith('/auth/refresh')) return fetch(request);
      keys.push(request.headers.get('idempotency-key'));
      return keys.length < 3 ? unavailable(status, 0) : fetch(request);
    };
    await expect(client.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
    expect(keys).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f]{32}$/)));
    expect(new Set(keys).size).toBe(1);
  });

  it('is not waited for longer than half a minute', async () => {
    const { client, observed } = await expire();
    observed.answer = async (request) =>
      request.url.endsWith('/auth/refresh') ? unavailable(429, 31) : fetch(request);
    const { response } = await client.api.me.read();
    expect(response?.status).toBe(429);
    expect(observed.exchanges).toBe(1);
  });

  it('is replaced where there is no crypto.randomUUID, and a missing crypto is named', async () => {
    const { client } = await expire();
    const random = jest
      .spyOn(globalThis, 'crypto', 'get')
      .mockReturnValue({ getRandomValues: <T extends ArrayBufferView>(array: T) => array } as Crypto);
    await expect(client.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
    random.mockReturnValue(undefined as unknown as Crypto);
    await expect(client.logIn({ email: 'a@example.org', password: 'b' })).rejects.toThrow(
      'crypto.getRandomValues is missing: React Native needs react-native-get-random-values',
    );
  });

  it('gets 401 when its session has ended, and the client forgets that session', async () => {
    const { client, store, observed, session } = await logInAnew(service.url);
    await client.api.sessions.endAll({ query: { include_current: true } });
    store.session = expired(session);
    const refused = await client.api.me.read();
    expect(refused.response?.status).toBe(401);
    expect(refused.error?.code).toBe('token_revoked');
    expect(store.session).toBeUndefined();
    expect(observed.exchanges).toBeLessThanOrEqual(1);
  });
});
