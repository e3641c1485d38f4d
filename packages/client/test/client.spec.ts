import type { AppProcess } from '../../../test/support/app/app-process.js';
import { createClient } from '../src/index.js';
import { logInAnew, startService, VisibleStore } from './service.js';

describe('the client', () => {
  let service: AppProcess;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.stop());

  it('registers, logs in, reads the account and its sessions, and logs out', async () => {
    const { client, store } = await logInAnew(`${service.url}/`);
    const me = await client.api.me.read();
    expect(me.data).toMatchObject({ full_name: 'Ada Lovelace', role: 'student' });
    const { data } = await client.api.sessions.list({ query: { page_size: 10 } });
    expect(data?.sessions).toEqual([expect.objectContaining({ current: true })]);
    const { response } = await client.logOut();
    expect(response?.status).toBe(200);
    expect(store.session).toBeUndefined();
    await expect(client.api.me.read()).resolves.toMatchObject({ error: { code: 'token_missing' } });
  });

  it('returns a failure as a problem document', async () => {
    const { client } = await logInAnew(service.url);
    const refused = await client.logIn({ email: 'nobody@example.org', password: 'wrong' });
    expect(refused.response?.status).toBe(401);
    expect(refused.data).toBeUndefined();
    expect(refused.error?.code).toBe('invalid_credentials');
    const { error } = await client.api.auth.register({ body: { email: '', password: '', full_name: '' } });
    expect(error?.errors?.map(({ field }) => field)).toContain('email');
  });

  it('rejects with the problem document where the caller asks for it', async () => {
    const { api } = createClient({ baseUrl: service.url });
    await expect(api.me.read({ throwOnError: true })).rejects.toMatchObject({ code: 'token_missing' });
  });

  it('describes an answer that is not JSON, and rejects when there is no answer', async () => {
    const { client, observed } = await logInAnew(service.url);
    observed.answer = async () => new Response('<h1>Bad Gateway</h1>', { status: 502 });
    await expect(client.api.me.read()).resolves.toMatchObject({ error: { code: 'unknown', status: 502 } });
    observed.answer = () => Promise.reject(new TypeError('fetch failed'));
    await expect(client.api.me.read()).rejects.toThrow('fetch failed');
  });

  it('refuses what the document does not have, at compile time', () => {
    const { api } = createClient({ baseUrl: service.url });
    const wrong = (): unknown => [
      // @ts-expect-error: there is no such member
      api.auth.register({ body: { email: '', password: '', full_name: '', admin: true } }),
      // @ts-expect-error: the path has an id
      api.sessions.end({}),
      // @ts-expect-error: there is no such operation
      api.me.delete,
    ];
    expect(wrong).toBeDefined();
  });

  it('sends the device token of the last login, also after a logout', async () => {
    const { client, store, observed, account } = await logInAnew(service.url);
    const first = store.state.deviceToken;
    expect(first).toEqual(expect.any(String));
    await client.logOut();
    expect(store.state).toMatchObject({ deviceToken: first });
    const sent: (string | null)[] = [];
    observed.answer = (request) => {
      sent.push(request.headers.get('device-token'));
      return fetch(request);
    };
    await client.logIn(account);
    expect(sent).toEqual([first]);
    expect(store.state.deviceToken).toEqual(expect.any(String));
    expect(store.state.deviceToken).not.toBe(first);
  });

  it('forgets a session that was ended elsewhere', async () => {
    const { client, store, session } = await logInAnew(service.url);
    const elsewhere = new VisibleStore();
    elsewhere.session = session;
    await createClient({ baseUrl: service.url, store: elsewhere }).logOut();
    const refused = await client.api.me.read();
    expect(refused.response?.status).toBe(401);
    expect(refused.error?.code).toBe('token_revoked');
    expect(store.session).toBeUndefined();
  });

  it('keeps the session when a logout has failed', async () => {
    const { client, store, observed, session } = await logInAnew(service.url);
    observed.answer = async () => Response.json({ code: 'temporarily_unavailable' }, { status: 503 });
    await expect(client.logOut()).resolves.toMatchObject({ error: { code: 'temporarily_unavailable' } });
    expect(store.session).toEqual(session);
  });
});
