import { randomUUID } from 'node:crypto';
import { encodeCursor } from '../../src/events/feed-cursor.js';
import { LogPosition } from '../../src/log/log-position.js';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { FeedReceiver } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { expectAnswer, getMe, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { FeedFixture } from './feed-fixture.js';
import { basic } from '../support/app/oauth-client.js';
import { registerAdmin, registerClient } from './oauth-clients.js';

const POSITION = new LogPosition('100', ['90', '95']);
const CURSOR = { history: '0123456789ab', coveredFromMs: 1, position: POSITION };

describe('a poll of the revocation feed', () => {
  let feed: FeedFixture;

  beforeAll(async () => {
    feed = await FeedFixture.start();
  });

  it.each([
    ['a list as the body', []],
    ['maxEvents below zero', { maxEvents: -1 }],
    ['maxEvents with a fraction', { maxEvents: 1.5 }],
    ['maxEvents as a string', { maxEvents: '1' }],
    ['returnImmediately as a string', { returnImmediately: 'true' }],
    ['a wait longer than the maximum', { waitMs: 30_001 }],
    ['acknowledgements that are not a list', { ack: 'x' }],
    ['acknowledgements that are not strings', { ack: [1] }],
    ['too many acknowledgements', { ack: Array.from({ length: 5001 }, String) }],
    ['an acknowledgement that is too long', { ack: ['x'.repeat(101)] }],
    ['errors that are not an object', { setErrs: ['x'] }],
    ['a cursor that is not a string', { cursor: 1 }],
    ['a malformed cursor', { cursor: 'x' }],
    ['a truncated cursor', { cursor: encodeCursor(CURSOR).slice(0, -3) }],
    ['a cursor that is too long', { cursor: 'x'.repeat(100_001) }],
  ])('is refused with %s', async (_what, body) => {
    await expectAnswer(feed.poll(body), 400, { err: 'invalid_request', description: expect.any(String) });
  });

  it('is refused when its body is not JSON or too long', async () => {
    const send = (payload: string) =>
      feed.app.app.inject({
        method: 'POST',
        url: '/api/v1/events/poll',
        headers: { authorization: basic(feed.client), 'content-type': 'application/json' },
        payload,
      });
    const malformed = await send('{');
    expect([malformed.statusCode, malformed.json()]).toEqual([
      400,
      { err: 'invalid_request', description: expect.any(String) },
    ]);
    await expect(send(JSON.stringify({ ack: ['x'.repeat(300_000)] }))).resolves.toMatchObject({
      statusCode: 413,
    });
  });

  it('may have thousands of acknowledgements, and unknown members, which are ignored', async () => {
    const ack = Array.from({ length: 5000 }, () => randomUUID());
    await expect(feed.poll({ ack, cursor: '', unknown: 1 })).resolves.toMatchObject({ status: 200 });
  });

  it('needs the credentials of a client, and is refused with an access token', async () => {
    const member = await register(feed.app);
    for (const authorization of ['', `Bearer ${member.token}`, 'Basic x']) {
      const headers = { authorization };
      const answer = await feed.app.call('POST', '/api/v1/events/poll', { headers, body: {} });
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
  });

  it('is refused when its client has ended while it waited', async () => {
    const client = await registerClient(feed.app, feed.admin);
    const receiver = new FeedReceiver((body) => feed.poll(body, client));
    const member = await register(feed.app);
    await receiver.catchUp();
    const polled = feed.poll({ cursor: receiver.cursor, waitMs: 30_000 }, client);
    const ended = await feed.app.call('DELETE', `/api/v1/clients/${client.id}`, { token: feed.admin.token });
    expect(ended.status).toBe(204);
    // An event ends the wait.
    await feed.app.call('POST', '/api/v1/auth/logout', { token: member.token });
    await expect(polled).resolves.toMatchObject({ status: 401 });
  });

  it('without events ends with a reading of the log that began near the end of the poll', async () => {
    const receiver = await feed.upToDate();
    const fresh = async () => {
      const { sets, complete_to_ms: completeTo, restarted } = await receiver.poll({ waitMs: 1000 });
      expect([sets, restarted]).toEqual([{}, false]);
      return completeTo;
    };
    // On a machine that stalls, a reading may be earlier.
    let completeTo = await fresh();
    for (let poll = 1; poll < 20 && completeTo < 750; poll += 1) completeTo = await fresh();
    expect(completeTo).toBeGreaterThanOrEqual(750);
  });

  it('is described by the metadata', async () => {
    const { status, body } = await feed.app.call('GET', '/.well-known/ssf-configuration');
    expect([status, body]).toEqual([
      200,
      {
        spec_version: '1_0',
        issuer: TEST_ISSUER,
        jwks_uri: `${TEST_ISSUER}/.well-known/jwks.json`,
        event_signing_alg_values_supported: ['ES256'],
        delivery_methods_supported: ['urn:ietf:rfc:8936'],
        default_subjects: 'ALL',
        authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:7617' }],
        poll_endpoint: `${TEST_ISSUER}/api/v1/events/poll`,
        access_token_lifetime: 1800,
      },
    ]);
  });
});

describe('the revocation feed with a shared secret', () => {
  it('does not exist, because nobody else can verify its events', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url });
    await expect(app.call('GET', '/.well-known/ssf-configuration')).resolves.toMatchObject({ status: 404 });
    await expectAnswer(app.call('POST', '/api/v1/events/poll', { body: {} }), 404);
    await app.stop();
    await database.drop();
  });
});

describe('a poll after too many failed authentications', () => {
  it('is answered with 429 and Retry-After, unless it has the right secret', async () => {
    const [keys, database] = [await SigningKeysFile.create(), await createTestDatabase()];
    const app = await AppInProcess.start({
      DATABASE_URL: database.url,
      SIGNING_KEYS_FILE: keys.path,
      RATE_LIMIT_ENABLED: 'true',
    });
    const client = await registerClient(app, await registerAdmin(app));
    const poll = (secret: string) =>
      app.call('POST', '/api/v1/events/poll', {
        headers: { authorization: basic({ ...client, secret }) },
        body: { returnImmediately: true },
      });
    for (let attempt = 1; attempt <= 100; attempt += 1)
      await expect(poll('wrong')).resolves.toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const refused = await poll('wrong');
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests', status: 429 } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await expect(poll(client.secret)).resolves.toMatchObject({ status: 200 });
    await app.stop();
    await database.drop();
    await keys.remove();
  });
});

describe('the revocation feed of the embedded database', () => {
  it('delivers changes, and begins anew after a restart', async () => {
    const keys = await SigningKeysFile.create();
    const start = () => AppInProcess.start({ SIGNING_KEYS_FILE: keys.path });
    const receiverOf = async (app: AppInProcess) => {
      const client = await registerClient(app, await registerAdmin(app));
      const headers = { authorization: basic(client) };
      return new FeedReceiver((body) => app.call('POST', '/api/v1/events/poll', { headers, body }));
    };
    const app = await start();
    const receiver = await receiverOf(app);
    await receiver.catchUp();
    const before = receiver.jtis.length;
    const member = await register(app);
    await expect(getMe(app, member)).resolves.toBe('200');
    const polled = receiver.poll({ waitMs: 10_000 });
    await app.call('POST', '/api/v1/auth/logout', { token: member.token });
    await polled;
    expect(receiver.jtis).toHaveLength(before + 1);
    await receiver.catchUp();
    expect([receiver.jtis.length, receiver.restarts]).toEqual([before + 1, 1]);
    await app.stop();
    const again = await start();
    const later = await receiverOf(again);
    later.cursor = receiver.cursor;
    await expect(later.poll()).resolves.toMatchObject({ restarted: true });
    await again.stop();
    await keys.remove();
  });
});
