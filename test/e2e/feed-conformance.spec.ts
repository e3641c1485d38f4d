import type { JWK } from 'jose';
import { TEST_ISSUER } from '../support/app/app-process.js';
import type { PollBody } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { waitFor } from '../support/wait-for.js';
import { POLL_PATH } from './support/feed-client.js';
import { sampleOf } from './support/metric-sample.js';
import { expectConformingSet } from './support/set-conditions.js';
import { beforeSuite, Deployment, type Member } from './support/suite.js';

interface PollResponse {
  readonly sets: Readonly<Record<string, string>>;
  readonly moreAvailable?: unknown;
}

/**
 * The conditions of OpenID's conformance suite (plan `openid-ssf-transmitter`, delivery `poll`) that need no management of streams. The
 * names of its modules are in comments. docs/revocation-feed.md lists the others.
 */
describe('a receiver of RFC 8936 without cursors', () => {
  let clientId: string;
  let authorization: string;

  const keys = beforeSuite(() => SigningKeysFile.create('RS256'));
  const deployment = beforeSuite(() => Deployment.start({ instances: [{ SIGNING_KEYS_FILE: keys.path }] }));
  const jwks = beforeSuite(
    async () => (await deployment.client().get<{ keys: JWK[] }>('/.well-known/jwks.json')).body,
  );
  beforeEach(async () => {
    const { client_id: id, client_secret: secret } = await deployment.registerClient();
    [clientId, authorization] = [id, `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`];
    await untilEmpty();
  });

  const send = (body: PollBody, headers: Readonly<Record<string, string>> = {}) =>
    deployment.client().send<PollResponse>('POST', POLL_PATH, {
      body,
      headers: { authorization, ...headers },
      timeoutMs: 20_000,
    });

  /** ValidatePollResponse, PollResponseExceedsMaxEvents */
  const poll = async (body: PollBody, headers?: Readonly<Record<string, string>>) => {
    const answer = await send(body, headers);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json(;|$)/);
    const { sets, moreAvailable = false } = answer.body;
    for (const set of Object.values(sets)) expect(set).toEqual(expect.stringMatching(/./));
    expect(typeof moreAvailable).toBe('boolean');
    expect(Object.keys(sets).length).toBeLessThanOrEqual(body.maxEvents ?? Infinity);
    return { sets, jtis: Object.keys(sets), moreAvailable };
  };
  const pollNow = (body: PollBody = {}) => poll({ maxEvents: 10, returnImmediately: true, ...body });

  /** Acknowledges what comes until nothing does. */
  const untilEmpty = async () => {
    let ack: string[] = [];
    do ack = (await pollNow({ maxEvents: 1000, ack })).jtis;
    while (ack.length > 0);
  };

  /** Polls until a SET is there, and does not acknowledge it. */
  const untilThere = async (body: PollBody = {}) => {
    let found = await pollNow(body);
    await waitFor(async () => found.jtis.length > 0 || (found = await pollNow(body)).jtis.length > 0, {
      what: 'a SET',
    });
    return found;
  };

  /** Polls and acknowledges until as many SETs came. @returns the types of their events, each checked */
  const typesOf = async (count: number) => {
    const types: string[] = [];
    let ack: string[] = [];
    const receive = async () => {
      const { sets, jtis } = await pollNow({ ack });
      for (const [jti, set] of Object.entries(sets))
        types.push(await expectConformingSet(jti, set, { issuer: TEST_ISSUER, audience: clientId, jwks }));
      ack = jtis;
      return types.length >= count;
    };
    await waitFor(receive, { what: `${count} SETs` });
    await pollNow({ maxEvents: 0, ack });
    return types.sort();
  };

  const signUp = () => deployment.accounts().signUp();
  const logOut = ({ client }: Member) => client.post('/api/v1/auth/logout');
  const administer = async ({ id }: Member, body: object) =>
    (await deployment.admin()).patch(`/api/v1/users/${id}`, body);

  // openid-ssf-transmitter-metadata
  it('reads where the feed is, from a document whose members the suite accepts', async () => {
    const { status, headers, body } = await deployment.client().get('/.well-known/ssf-configuration');
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(body).toMatchObject({
      issuer: TEST_ISSUER,
      spec_version: '1_0',
      delivery_methods_supported: ['urn:ietf:rfc:8936'],
      default_subjects: 'ALL',
      event_signing_alg_values_supported: ['RS256'],
    });
    for (const { spec_urn: urn } of body['authorization_schemes'] as { spec_urn: string }[])
      expect(urn).toMatch(/^urn:ietf:rfc:\d+$/);
    for (const [name, value] of Object.entries(body))
      if (/(^issuer|_uri|_endpoint)$/.test(name)) expect(value).toMatch(/^https:\/\/[^?#]+$/);
    expect(body).not.toHaveProperty('configuration_endpoint');
  });

  it('reads keys that each have an id of their own, a use and an algorithm, and nothing private', () => {
    expect(new Set(jwks.keys.map(({ kid }) => kid)).size).toBe(jwks.keys.length);
    for (const key of jwks.keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  // openid-ssf-transmitter-events, openid-ssf-transmitter-stream-caep-interop
  it('gets SETs of each kind that the suite accepts', async () => {
    const member = await signUp();
    await deployment.accounts().logIn(member);
    await administer(member, { role: 'researcher' });
    await member.client.post('/api/v1/users/me/change-password', {
      current_password: member.password,
      new_password: 'another-Test1234',
    });
    await logOut(member);
    await expect(typesOf(4)).resolves.toEqual([
      'credential-change',
      'session-revoked',
      'session-revoked',
      'token-claims-change',
    ]);
  });

  it('gets events of RISC in SETs that the suite accepts too', async () => {
    const member = await signUp();
    await administer(member, { is_active: false });
    await administer(member, { is_active: true });
    await expect(typesOf(3)).resolves.toEqual(['account-disabled', 'account-enabled', 'session-revoked']);
  });

  // openid-ssf-transmitter-stream-verification-poll-only
  it('gets a SET again, the same one, until it acknowledges it', async () => {
    await logOut(await signUp());
    const { sets } = await untilThere();
    await expect(pollNow()).resolves.toMatchObject({ sets });
  });

  // openid-ssf-transmitter-stream-verification-ack-only
  it('gets nothing for an acknowledgement with maxEvents 0, and never that SET again', async () => {
    await logOut(await signUp());
    const { jtis } = await untilThere();
    await expect(pollNow({ maxEvents: 0, ack: jtis })).resolves.toMatchObject({ sets: {} });
    await expect(pollNow()).resolves.toMatchObject({ sets: {} });
  });

  // openid-ssf-transmitter-stream-verification-poll-and-ack
  it('acknowledges and gets the next SETs with one poll, at most as many as it asks for', async () => {
    for (let count = 0; count < 3; count += 1) await logOut(await signUp());
    const all: string[] = [];
    let answer = await untilThere({ maxEvents: 1 });
    while (answer.jtis.length > 0) {
      all.push(...answer.jtis);
      answer = await pollNow({ maxEvents: 1, ack: answer.jtis });
    }
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(3);
  });

  // openid-ssf-transmitter-stream-verification-set-errs
  it('reports a SET as wrong with maxEvents 0, and does not get it again', async () => {
    await logOut(await signUp());
    const { jtis } = await untilThere();
    const setErrs = { [jtis[0]!]: { err: 'invalid_request', description: 'an error of the test' } };
    const report = { maxEvents: 0, returnImmediately: true, setErrs };
    await expect(poll(report, { 'content-language': 'en' })).resolves.toMatchObject({ sets: {} });
    await expect(pollNow()).resolves.toMatchObject({ sets: {} });
  });

  it('may acknowledge what it never got', async () => {
    await expect(pollNow({ ack: ['unknown'] })).resolves.toMatchObject({ sets: {}, moreAvailable: false });
  });

  // openid-ssf-transmitter-stream-verification-long-poll
  it('waits with returnImmediately false until there is a SET', async () => {
    const member = await signUp();
    const polled = poll({ maxEvents: 10, returnImmediately: false });
    await waitFor(async () => (await sampleOf(deployment.client(), 'ergodrive_feed_polls')) === 1, {
      what: 'the poll to wait',
    });
    await logOut(member);
    expect((await polled).jtis).toHaveLength(1);
  });

  // openid-ssf-transmitter-poll-endpoint-authorization
  it.each([
    ['no credentials', ''],
    ['a wrong secret', `Basic ${Buffer.from('x:y').toString('base64')}`],
    ['an invalid access token', 'Bearer invalid'],
  ])('is refused with %s, and the answer names the scheme', async (_what, wrong) => {
    const { status, headers } = await send({ returnImmediately: true }, { authorization: wrong });
    expect([status, headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Basic /)]);
  });
});
