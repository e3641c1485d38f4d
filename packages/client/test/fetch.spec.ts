import type { AppProcess } from '../../../test/support/app/app-process.js';
import { createClient } from '../src/index.js';
import { endElsewhere, expired, logInAnew, startService } from './service.js';
import { TeamApi } from './team-api.js';

describe("client.fetch to the team's own API", () => {
  let service: AppProcess;
  let team: TeamApi;
  beforeAll(async () => (service = await startService()));
  beforeEach(async () => (team = await TeamApi.start(service.url)));
  afterAll(() => service.stop());

  async function logIn() {
    const ends: unknown[] = [];
    const start = await logInAnew(service.url, {
      origins: [team.origin],
      onEnd: (end) => ends.push(end),
      fetch: (request) => {
        if (request.url.endsWith('/auth/refresh')) exchanges += 1;
        return fetch(request);
      },
    });
    let exchanges = 0;
    return { ...start, ends, exchanges: () => exchanges };
  }

  it('sends the access token, and what the caller asks for', async () => {
    const { client, session } = await logIn();
    const headers = { 'x-trace': '1', authorization: 'Bearer of-the-caller' };
    const response = await client.fetch(`${team.origin}/cats?q=1`, { method: 'PUT', body: 'mia', headers });
    await expect(response.text()).resolves.toBe('mia');
    const authorization = `Bearer ${session.accessToken}`;
    expect(team.received).toEqual([{ path: '/cats?q=1', authorization, body: 'mia' }]);
    const own = await client.fetch(new URL(`${service.url}/api/v1/users/me`));
    expect(own.status).toBe(200);
  });

  it.each([
    'a problem document',
    'the header WWW-Authenticate alone',
    'the header, and a body without a code',
  ])('refreshes once and repeats the request after a 401 with %s', async (kind) => {
    const { client, store, session, exchanges } = await logIn();
    if (kind !== 'a problem document') {
      team.refusal = async (_answer, response) => {
        response.writeHead(401, { 'www-authenticate': 'Bearer realm="cats", error="invalid_token"' });
        response.end(kind.includes('body') ? '{"statusCode":401,"code":401}' : '');
      };
    }
    store.session = expired(session);
    const request = new Request(`${team.origin}/cats`, { method: 'POST', body: 'mia' });
    const response = await client.fetch(request);
    expect([response.status, await response.text()]).toEqual([200, 'mia']);
    expect(team.received.map(({ body }) => body)).toEqual(['mia', 'mia']);
    expect(team.received[1]?.authorization).toBe(`Bearer ${store.session.accessToken}`);
    expect(exchanges()).toBe(1);
  });

  it('gives the caller the second refusal, after one exchange', async () => {
    const { client, exchanges } = await logIn();
    team.accepts = () => false;
    team.refusal = async (_answer, response) => void response.writeHead(401).end('{"code":"token_invalid"}');
    await expect(client.fetch(`${team.origin}/cats`)).resolves.toMatchObject({ status: 401 });
    expect(exchanges()).toBe(1);
    expect(team.received).toHaveLength(2);
  });

  it.each(['{"code":"insufficient_user_authentication"}', 'not JSON', 'null'])(
    'does not refresh after a 401 that says %s',
    async (body) => {
      const { client, store, session, exchanges } = await logIn();
      team.refusal = async (_answer, response) => void response.writeHead(401).end(body);
      store.session = expired(session);
      const response = await client.fetch(`${team.origin}/cats`);
      expect([response.status, await response.text()]).toEqual([401, body]);
      expect(exchanges()).toBe(0);
      expect(store.session).toBeDefined();
    },
  );

  it('ends the session when the API says that it was revoked', async () => {
    const { client, store, ends, session } = await logIn();
    await endElsewhere(service.url, session);
    await expect(client.fetch(`${team.origin}/cats`)).resolves.toMatchObject({ status: 401 });
    expect(store.session).toBeUndefined();
    expect(ends).toEqual([{ reason: undefined }]);
  });

  it('refuses an origin that was not named, and sends nothing there', async () => {
    const { client } = await logIn();
    const stranger = await TeamApi.start(service.url);
    const refused = client.fetch(`${stranger.origin}/cats`);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(`The access token is not for ${stranger.origin}`);
    await expect(client.fetch(team.origin.replace('http:', 'https:'))).rejects.toThrow('is not for https://');
    expect(stranger.received).toEqual([]);
  });

  it('does not follow a redirect, which could carry the token to another origin', async () => {
    const { client } = await logIn();
    const stranger = await TeamApi.start(service.url);
    const url = `${team.origin}/to/${stranger.origin}/cats`;
    await expect(client.fetch(url, { redirect: 'follow' })).rejects.toThrow('fetch failed');
    await expect(client.fetch(new Request(url, { redirect: 'follow' }))).rejects.toThrow('fetch failed');
    const response = await client.fetch(url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([307, `${stranger.origin}/cats`]);
    expect(stranger.received).toEqual([]);
  });

  it('sends a body that is a stream once, and has refreshed when the caller gets the 401', async () => {
    const { client, store, session, exchanges } = await logIn();
    store.session = expired(session);
    const send = () => {
      const body = new Blob(['mia']).stream();
      return client.fetch(`${team.origin}/cats`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    };
    await expect(send()).resolves.toMatchObject({ status: 401 });
    expect(exchanges()).toBe(1);
    const response = await send();
    expect([response.status, await response.text()]).toEqual([200, 'mia']);
    expect(team.received).toHaveLength(2);
  });

  it('sends no token without a session', async () => {
    const client = createClient({ baseUrl: service.url, origins: [team.origin] });
    await expect(client.fetch(`${team.origin}/cats`)).resolves.toMatchObject({ status: 401 });
    expect(team.received).toEqual([expect.objectContaining({ authorization: undefined })]);
  });

  it.each(['api.example.org', 'https://api.example.org/v1', 'https://me@api.example.org', '*', ''])(
    'refuses %j as an origin',
    (origin) =>
      expect(() => createClient({ baseUrl: service.url, origins: [origin] })).toThrow(
        `"origins" takes origins alone, such as https://api.example.org: ${origin}`,
      ),
  );
});
