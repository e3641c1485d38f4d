import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../support/app/api-client.js';
import { claimsOf, type Tokens } from './support/accounts.js';
import { beforeSuite } from './support/before-suite.js';
import { Deployment } from './support/deployment.js';
import { expectProblem, expectRevoked } from './support/expectations.js';

interface SessionPage {
  total: number;
  page: number;
  page_size: number;
  sessions: {
    id: string;
    current: boolean;
    user_agent: string | null;
    ip: string | null;
    created_at: string;
    device_name: string | null;
  }[];
}

describe('sessions', () => {
  const deployment = beforeSuite(() => Deployment.start({ instances: [{}, { SESSIONS_PER_USER: '3' }] }));

  const list = async (client: ApiClient, query = '') =>
    (await client.get<SessionPage>(`/api/v1/sessions${query}`)).body;
  /** The same caller on the other instance. */
  const elsewhere = (member: { tokens: { access_token: string } }) =>
    deployment.client(1).as(member.tokens.access_token);

  async function threeSessions() {
    const accounts = deployment.accounts();
    const first = await accounts.signUp();
    return [first, await accounts.logIn(first), await accounts.logIn(first)] as const;
  }

  it('are listed newest first, with their devices and a mark on the one of the request', async () => {
    const [first, second, third] = await threeSessions();
    const { body, status } = await second.client.get<SessionPage>('/api/v1/sessions');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 3, page: 1, page_size: 20 });
    expect(body.sessions.map(({ id, current }) => [id, current])).toEqual([
      [third.sessionId, false],
      [second.sessionId, true],
      [first.sessionId, false],
    ]);
    expect(body.sessions[0]).toEqual({
      id: third.sessionId,
      created_at: expect.any(String),
      last_used_at: expect.any(String),
      expires_at: expect.any(String),
      user_agent: null,
      device: { browser: null, os: null, kind: 'unknown' },
      device_name: null,
      ip: '127.0.0.1',
      current: false,
    });
  });

  it('are listed in pages', async () => {
    const [first, second, third] = await threeSessions();
    const ids = async (query: string) => (await list(first.client, query)).sessions.map(({ id }) => id);
    await expect(ids('?page=1&page_size=2')).resolves.toEqual([third.sessionId, second.sessionId]);
    await expect(ids('?page=2&page_size=2')).resolves.toEqual([first.sessionId]);
    await expect(list(first.client, '?page=3&page_size=2')).resolves.toEqual({
      total: 3,
      sessions: [],
      page: 3,
      page_size: 2,
    });
    for (const query of ['?page=0', '?page_size=101', '?page=1.5', '?page=x', '?page=1e9', '?unknown=1'])
      expectProblem(await first.client.get(`/api/v1/sessions${query}`), 422, 'validation_failed');
  });

  it('keep the user agent, cut to a limited length', async () => {
    const account = await deployment.accounts().register();
    const { body } = await deployment
      .client()
      .post<{ access_token: string }>(
        '/api/v1/auth/login/json',
        { email: account.email, password: account.password },
        { headers: { 'user-agent': 'x'.repeat(2000) } },
      );
    const { sessions } = await list(deployment.client().as(body.access_token));
    expect(sessions[0]?.user_agent).toMatch(/^x{100,512}$/);
  });

  it('can be ended one by one, at once on every instance', async () => {
    const [first, second, third] = await threeSessions();
    await expect(elsewhere(second).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    const ended = await first.client.delete(`/api/v1/sessions/${second.sessionId}`);
    expect([ended.status, ended.body]).toEqual([204, '']);
    expectRevoked(await elsewhere(second).get('/api/v1/users/me'));
    expectRevoked(await deployment.accounts(1).refresh(second.tokens.refresh_token));
    await expect(elsewhere(third).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    expect((await list(first.client)).total).toBe(2);
    expectProblem(await first.client.delete(`/api/v1/sessions/${second.sessionId}`), 404, 'not_found');
  });

  it('can end themselves', async () => {
    const { client, sessionId } = await deployment.accounts().signUp();
    await expect(client.delete(`/api/v1/sessions/${sessionId}`)).resolves.toMatchObject({ status: 204 });
    expectRevoked(await client.get('/api/v1/sessions'));
  });

  it('of another user look as if they did not exist', async () => {
    const [mine, theirs] = await Promise.all([
      deployment.accounts().signUp(),
      deployment.accounts().signUp(),
    ]);
    for (const id of [theirs.sessionId, randomUUID(), 'no-uuid', '%00', `${theirs.sessionId}%20`])
      expectProblem(await mine.client.delete(`/api/v1/sessions/${id}`), 404, 'not_found');
    await expect(theirs.client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
  });

  it('can all be ended except for the one of the request', async () => {
    const [first, second, third] = await threeSessions();
    await expect(first.client.delete('/api/v1/sessions')).resolves.toMatchObject({ status: 204 });
    for (const other of [second, third]) expectRevoked(await elsewhere(other).get('/api/v1/users/me'));
    expect((await list(first.client)).sessions.map(({ id }) => id)).toEqual([first.sessionId]);
  });

  it('can all be ended, including the one of the request', async () => {
    const [first, ...others] = await threeSessions();
    const query = '/api/v1/sessions?include_current';
    await expect(first.client.delete(`${query}=false`)).resolves.toMatchObject({ status: 204 });
    await expect(first.client.delete(`${query}=true`)).resolves.toMatchObject({ status: 204 });
    for (const member of [first, ...others]) expectRevoked(await elsewhere(member).get('/api/v1/users/me'));
    expect((await list((await deployment.accounts().logIn(first)).client)).total).toBe(1);
  });

  it('do not end when the value in the query is ambiguous', async () => {
    const { client } = await deployment.accounts().signUp();
    for (const word of ['yes', '1', '', 'TRUE', 'true&include_current=false']) {
      const answer = await client.delete(`/api/v1/sessions?include_current=${word}`);
      expectProblem(answer, 422, 'validation_failed');
    }
    await expect(client.get('/api/v1/sessions')).resolves.toMatchObject({ status: 200 });
  });

  it('make room for a new one: the oldest beyond the cap ends', async () => {
    const [first, second, third] = await threeSessions();
    const fourth = await deployment.accounts(1).logIn(first);
    expectRevoked(await first.client.get('/api/v1/users/me'));
    const { sessions } = await list(fourth.client);
    expect(sessions.map(({ id }) => id)).toEqual([fourth.sessionId, third.sessionId, second.sessionId]);
  });

  describe('with a name of their device', () => {
    const NAME = 'Ada’s phone';
    const SPACED = `  ${NAME} `;
    const rename = ({ client }: { client: ApiClient }, id: string, device_name: unknown) =>
      client.patch<{ id: string; device_name: string | null }>(`/api/v1/sessions/${id}`, { device_name });
    const nameOf = async (client: ApiClient, id: string) =>
      (await list(client)).sessions.find((session) => session.id === id)?.device_name;

    it.each<[string, (credentials: { email: string; password: string }) => [string, unknown]]>([
      ['JSON', (credentials) => ['/api/v1/auth/login/json', { ...credentials, device_name: SPACED }]],
      [
        'form',
        ({ email: username, password }) => [
          '/api/v1/auth/login',
          new URLSearchParams({ username, password, device_name: SPACED }),
        ],
      ],
    ])('get it at a login by %s, without space around it', async (_, request) => {
      const { email, password } = await deployment.accounts().signUp();
      const [path, body] = request({ email, password });
      const login = await deployment.client().send<Tokens>('POST', path, { body });
      expect(login.status).toBe(200);
      const { sid } = claimsOf(login.body.access_token);
      expect(await nameOf(deployment.client(1).as(login.body.access_token), sid)).toBe(NAME);
    });

    it('get another one by their user, or none', async () => {
      const [first, second] = await threeSessions();
      const named = await rename(second, first.sessionId, SPACED);
      expect(named).toMatchObject({
        status: 200,
        body: { id: first.sessionId, device_name: NAME, current: false },
      });
      expect(await nameOf(first.client, first.sessionId)).toBe(NAME);
      await expect(rename(first, first.sessionId, null)).resolves.toMatchObject({
        status: 200,
        body: { device_name: null, current: true },
      });
      expect(await nameOf(second.client, first.sessionId)).toBeNull();
    });

    it('are not found when they are another user’s, or have ended', async () => {
      const [mine, other] = [await deployment.accounts().signUp(), await deployment.accounts().signUp()];
      const ended = await deployment.accounts().logIn(mine);
      await ended.client.post('/api/v1/auth/logout');
      for (const id of [other.sessionId, ended.sessionId, randomUUID()])
        expectProblem(await rename(mine, id, NAME), 404, 'not_found');
      expect(await nameOf(other.client, other.sessionId)).toBeNull();
    });

    it.each([
      ['empty', ' '],
      ['too long', 'x'.repeat(101)],
      ['of two lines', 'a\nb'],
      ['a number', 1],
      ['absent', undefined],
    ])('get no name that is %s', async (_, name) => {
      const mine = await deployment.accounts().signUp();
      expectProblem(await rename(mine, mine.sessionId, name), 422, 'validation_failed');
      if (name === undefined) return;
      const { email, password } = mine;
      const body = { email, password, device_name: name };
      expectProblem(
        await deployment.client().post('/api/v1/auth/login/json', body),
        422,
        'validation_failed',
      );
    });
  });
});
