import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { basic, type OAuthClient } from '../support/app/oauth-client.js';
import { FeedReceiver } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { sql } from '../support/postgres/sql.js';
import { register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { FeedFixture } from './feed-fixture.js';
import { registerAdmin, registerClient } from './oauth-clients.js';

const SCOPES = ['events', 'events:users'] as const;
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const TYPES = `${TEST_ISSUER}/event-types`;

/** Of each SET of an array: whose it is, the type of its event, and the event without its time. */
const contentOf = (receiver: FeedReceiver) =>
  [...receiver.sets.values()].map((set) => {
    const { sub_id, events } = decodeJwt(set) as {
      sub_id: { user: { sub: string } };
      events: Record<string, { event_timestamp: number }>;
    };
    const [[type, { event_timestamp: at, ...event }] = ['', { event_timestamp: NaN }]] =
      Object.entries(events);
    expect(at).toEqual(expect.any(Number));
    return [sub_id.user.sub, type, event] as const;
  });

describe('the events of users in the revocation feed', () => {
  let feed: FeedFixture;
  let client: OAuthClient;

  beforeAll(async () => {
    feed = await FeedFixture.start(2);
    client = await registerClient(feed.app, feed.admin, 'orders', [...SCOPES]);
  });

  const upToDate = async (of = client) => {
    const receiver = new FeedReceiver(feed.sendTo(0, of));
    await receiver.catchUp();
    receiver.jtis.length = 0;
    receiver.sets.clear();
    return receiver;
  };
  const insert = async () => {
    const id = randomUUID();
    await sql(
      feed.database.url,
      `INSERT INTO users (id, email, full_name, role) VALUES ($1, $2, 'A', 'student')`,
      [id, `${id}@example.org`],
    );
    return id;
  };

  it('name each account that is new, changed or deleted, in the order of the changes and without its data', async () => {
    const receiver = await upToDate();
    const { id, email } = await register(feed.app);
    const change = (body: object) =>
      feed.app.call('PATCH', `/api/v1/users/${id}`, { token: feed.admin.token, body });
    await change({ full_name: 'Another Name' });
    await change({ role: 'researcher', full_name: 'A Third Name' });
    await sql(feed.database.url, `UPDATE users SET email = 'other-' || email WHERE id = $1`, [id]);
    await sql(feed.database.url, 'DELETE FROM users WHERE id = $1', [id]);
    await receiver.receive(8);
    await receiver.drain();
    const found = contentOf(receiver).filter(([, type]) => type.startsWith(TYPES));
    expect(found).toEqual([
      [id, `${TYPES}/user-created`, {}],
      [id, `${TYPES}/user-updated`, { changed: ['full_name'] }],
      [id, `${TYPES}/user-updated`, { changed: ['full_name', 'role'] }],
      [id, `${TYPES}/user-updated`, { changed: ['email'] }],
      [id, `${TYPES}/user-deleted`, {}],
    ]);
    const types = contentOf(receiver).map(([, type]) => type);
    expect(types).toContain(`${CAEP}/token-claims-change`);
    expect(types.filter((type) => type === `${CAEP}/session-revoked`)).toHaveLength(2);
    const claims = JSON.stringify([...receiver.sets.values()].map((set) => decodeJwt(set)));
    for (const text of [email, 'Another Name', 'A Third Name']) expect(claims).not.toContain(text);
  });

  it('come also of changes by SQL, and one by one through instances that take turns', async () => {
    const receiver = await upToDate();
    const ids = [await insert(), await insert()];
    await sql(feed.database.url, `UPDATE users SET role = 'researcher', full_name = 'B' WHERE id = $1`, [
      ids[0],
    ]);
    const until = Date.now() + 10_000;
    for (let turn = 0; receiver.jtis.length < 4 && Date.now() < until; turn += 1)
      await receiver.poll({ maxEvents: 1, waitMs: 100 }, feed.sendTo(turn % 2, client));
    await receiver.drain({ maxEvents: 1 });
    expect(contentOf(receiver)).toEqual([
      [ids[0], `${TYPES}/user-created`, {}],
      [ids[1], `${TYPES}/user-created`, {}],
      [ids[0], `${CAEP}/token-claims-change`, { claims: { role: 'researcher' } }],
      [ids[0], `${TYPES}/user-updated`, { changed: ['full_name', 'role'] }],
    ]);
    expect(new Set(receiver.jtis).size).toBe(4);
    expect(receiver.restarts).toBe(1);
  });

  it('are none of a changed password, a changed language and a new session', async () => {
    const member = await register(feed.app);
    const receiver = await upToDate();
    await sql(feed.database.url, `UPDATE users SET password_hash = 'x', locale = 'de' WHERE id = $1`, [
      member.id,
    ]);
    const last = await insert();
    await receiver.receive(2);
    await receiver.drain();
    expect(contentOf(receiver).map(([sub, type]) => [sub, type])).toEqual([
      [member.id, `${CAEP}/credential-change`],
      [last, `${TYPES}/user-created`],
    ]);
  });

  it('are for clients with the scope events:users: others wait on for something that concerns them', async () => {
    const receiver = await upToDate(feed.client);
    const id = await insert();
    await sql(feed.database.url, `UPDATE users SET full_name = 'B' WHERE id = $1`, [id]);
    await receiver.catchUp();
    expect(receiver.jtis).toEqual([]);
    await sql(feed.database.url, `UPDATE users SET role = 'researcher' WHERE id = $1`, [id]);
    await receiver.receive(1);
    await receiver.catchUp();
    expect(contentOf(receiver)).toEqual([
      [id, `${CAEP}/token-claims-change`, { claims: { role: 'researcher' } }],
    ]);
  });

  it('are kept for a receiver without a cursor until it acknowledges them', async () => {
    const stream = await registerClient(feed.app, feed.admin, 'stream', [...SCOPES]);
    const poll = async (ack: readonly string[] = [], waitMs = 300) => {
      const { body } = await feed.poll({ ack, waitMs }, stream);
      return Object.keys(body['sets'] as object);
    };
    for (let acknowledged = await poll(); acknowledged.length > 0;) acknowledged = await poll(acknowledged);
    await insert();
    const sent = await poll([], 10_000);
    expect(sent).toEqual([expect.stringMatching(/-u$/)]);
    await expect(poll()).resolves.toEqual(sent);
    await expect(poll(sent)).resolves.toEqual([]);
  });
});

describe('the events of users in the feed of the embedded database', () => {
  it('come of changes by the API', async () => {
    const keys = await SigningKeysFile.create();
    const app = await AppInProcess.start({ SIGNING_KEYS_FILE: keys.path });
    const admin = await registerAdmin(app);
    const headers = { authorization: basic(await registerClient(app, admin, 'orders', [...SCOPES])) };
    const receiver = new FeedReceiver((body) => app.call('POST', '/api/v1/events/poll', { headers, body }));
    await receiver.catchUp();
    receiver.sets.clear();
    const { id } = await register(app);
    await app.call('PATCH', `/api/v1/users/${id}`, {
      token: admin.token,
      body: { full_name: 'Another Name' },
    });
    await receiver.catchUp();
    expect(contentOf(receiver)).toEqual([
      [id, `${TYPES}/user-created`, {}],
      [id, `${TYPES}/user-updated`, { changed: ['full_name'] }],
    ]);
    await app.stop();
    await keys.remove();
  });
});
