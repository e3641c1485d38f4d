import type { Member } from '../e2e/support/accounts.js';
import type { ApiClient, ApiResponse } from '../support/app/api-client.js';
import { defectOf } from './support/oracle.js';
import { type CorpusRequest, refusedBodies, strangeLogins } from './support/request-corpus.js';
import { ALGORITHMS } from './support/service-key.js';
import { Target } from './support/target.js';
import { refusedTokens } from './support/token-corpus.js';

const LONG_MS = 300_000;

describe.each(ALGORITHMS)('the corpus of hostile requests to a service that signs by %s', (algorithm) => {
  let target: Target;
  let member: Member;
  let anybody: ApiClient;

  beforeAll(async () => {
    target = await Target.start(algorithm);
    member = await target.deployment.accounts().signUp();
    anybody = target.deployment.client();
  });
  afterAll(() => target.stop());

  const send = (client: ApiClient, { path, type, body }: CorpusRequest) =>
    client.send('POST', path, {
      // One byte for each character: the client would send them as UTF-8.
      body: typeof body === 'string' ? body : body.toString('latin1'),
      headers: { 'content-type': type },
      timeoutMs: 30_000,
    });

  /** Sends what must be refused with one of the statuses, and change nothing in the database. */
  const expectRefusals = async <T extends { name: string; path?: string }>(
    cases: readonly T[],
    sendCase: (one: T) => Promise<ApiResponse<unknown>>,
    isRefusal: (status: number) => boolean,
  ) => {
    const before = await target.digest();
    const defects: object[] = [];
    for (const one of cases) {
      const answer = await sendCase(one);
      const defect = defectOf(answer) ?? (isRefusal(answer.status) ? undefined : `${answer.status}`);
      if (defect !== undefined) defects.push({ name: one.name, path: one.path, defect });
    }
    expect(defects).toEqual([]);
    expect(await target.digest()).toBe(before);
  };
  const spellings = () =>
    Object.entries(refusedTokens(target.key, member)).map(([name, token]) => ({ name, token }));

  it(
    'has no body that is accepted, or that changes the database',
    () =>
      expectRefusals(
        refusedBodies(),
        (request) => send(member.client, request),
        (status) => status >= 400,
      ),
    LONG_MS,
  );

  it('has no address that logs in', async () => {
    const before = await target.digest();
    for (const request of strangeLogins()) {
      const answer = await send(anybody, request);
      expect({ name: request.name, defect: defectOf(answer) }).toEqual({ name: request.name });
      expect([401, 422]).toContain(answer.status);
    }
    expect(await target.digest()).toBe(before);
  });

  it('makes tokens with the header and the signature of the service', async () => {
    const { header, sign } = target.key;
    const [head = '', payload = ''] = member.tokens.access_token.split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual(header);
    const own = `${head}.${payload}.${sign(`${head}.${payload}`)}`;
    await expect(anybody.as(own).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
  });

  it(
    'has no access token that is accepted',
    () => {
      const ask = ({ token }: { token: string }) => anybody.as(token).get('/api/v1/users/me');
      return expectRefusals(spellings(), ask, (status) => [401, 431].includes(status));
    },
    LONG_MS,
  );

  it(
    'has no refresh token that is accepted',
    () => {
      const refused = spellings().filter(({ name }) => name !== 'a refresh token');
      refused.push({ name: 'an access token', token: member.tokens.access_token });
      const refresh = ({ token }: { token: string }) => target.deployment.accounts().refresh<unknown>(token);
      return expectRefusals(refused, refresh, (status) => [401, 413, 422].includes(status));
    },
    LONG_MS,
  );

  it('leaves the application unharmed', () => target.expectUnharmed(), LONG_MS);
});
