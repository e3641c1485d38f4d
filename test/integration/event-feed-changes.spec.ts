import argon2 from '@node-rs/argon2';
import { decodeJwt } from 'jose';
import { logIn, type Member, register } from './accounts.js';
import { basic } from '../support/app/oauth-client.js';
import { FeedReceiver } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { AppInProcess } from './app-in-process.js';
import { FeedFixture } from './feed-fixture.js';
import { registerAdmin, registerClient } from './oauth-clients.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type';

const because = (reason: string) => ({ reason_admin: { en: reason } });
const CHANGE_OF_PASSWORD = {
  credential_type: 'password',
  change_type: 'update',
  ...because('password_changed'),
};

describe('the revocation feed of changes of users', () => {
  let feed: FeedFixture;

  beforeAll(async () => {
    feed = await FeedFixture.start();
  });

  const byUser = ({ id }: Member) => ({
    format: 'complex',
    user: { format: 'iss_sub', iss: TEST_ISSUER, sub: id },
  });
  const bySession = (member: Member) => ({
    ...byUser(member),
    session: { format: 'opaque', id: member.sessionId },
  });
  const administer = ({ id }: Member, body: object) =>
    feed.app.call('PATCH', `/api/v1/users/${id}`, { token: feed.admin.token, body });
  const changePassword = ({ token, password }: Member) =>
    feed.app.call('POST', '/api/v1/users/me/change-password', {
      token,
      body: { current_password: password, new_password: 'another-Test1234' },
    });

  /** Of each SET: the subject, the type of its one event, and the event without its time. */
  const contentOf = async (receiver: FeedReceiver) =>
    (await feed.eventsOf(receiver)).map(({ sub_id, events }) => {
      const [[type, event], ...more] = Object.entries(events as Record<string, object>) as [[string, object]];
      expect(more).toEqual([]);
      expect(event).toHaveProperty('event_timestamp', expect.any(Number));
      return [
        sub_id,
        type,
        Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'event_timestamp')),
      ];
    });

  it('says which role a user has got', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    await administer(member, { role: 'researcher' });
    await administer(member, { role: 'student' });
    await receiver.receive(2);
    await expect(contentOf(receiver)).resolves.toEqual([
      [byUser(member), `${CAEP}/token-claims-change`, { claims: { role: 'researcher' } }],
      [byUser(member), `${CAEP}/token-claims-change`, { claims: { role: 'student' } }],
    ]);
  });

  it('says that an account was disabled, beside each session that ended by it, and that it was enabled', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    await administer(member, { role: 'researcher', is_active: false });
    await administer(member, { is_active: true });
    await receiver.receive(4);
    const [first, ...others] = await contentOf(receiver);
    const changed = [byUser(member), `${CAEP}/token-claims-change`, { claims: { role: 'researcher' } }];
    const disabled = [byUser(member), `${RISC}/account-disabled`, because('user_deactivated')];
    const ended = [bySession(member), `${CAEP}/session-revoked`, because('user_deactivated')];
    // The triggers of one statement fire in the order of their names.
    expect([first, ...others.slice(0, 2)]).toEqual(expect.arrayContaining([changed, disabled, ended]));
    expect(others[2]).toEqual([byUser(member), `${RISC}/account-enabled`, because('user_activated')]);
  });

  it('has nothing about another name, and goes on after it', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    await administer(member, { full_name: 'Another Name' });
    await administer(member, { role: 'researcher' });
    await receiver.receive(1);
    await receiver.drain();
    await expect(contentOf(receiver)).resolves.toEqual([
      [byUser(member), `${CAEP}/token-claims-change`, { claims: { role: 'researcher' } }],
    ]);
  });

  it('says that a user changed in a way that the log does not know', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    await feed.app.query(`INSERT INTO invalidations (kind, user_id) VALUES ('user.updated', $1)`, [
      member.id,
    ]);
    await receiver.receive(1);
    await expect(contentOf(receiver)).resolves.toEqual([
      [byUser(member), `${TEST_ISSUER}/event-types/user-changed`, {}],
    ]);
  });

  it.each([0, 1, 2])(
    'says once that a password changed, beside each of %i other sessions that ended by it',
    async (count) => {
      const member = await register(feed.app);
      const others: Member[] = [];
      while (others.length < count) others.push(await logIn(feed.app, member));
      const receiver = await feed.upToDate();
      await changePassword(member);
      await receiver.receive(1 + count, { maxEvents: 1 });
      await receiver.drain();
      const [changed, ...ended] = await contentOf(receiver);
      expect(changed).toEqual([byUser(member), `${CAEP}/credential-change`, CHANGE_OF_PASSWORD]);
      const expected = others.map((other) => [
        bySession(other),
        `${CAEP}/session-revoked`,
        because('password_changed'),
      ]);
      expect(ended).toHaveLength(count);
      expect(ended).toEqual(expect.arrayContaining(expected));
      const events = await feed.eventsOf(receiver);
      expect(new Set(events.map(({ txn }) => txn)).size).toBe(1);
    },
  );

  it('has nothing about the same password that a login has hashed anew', async () => {
    const member = await register(feed.app);
    const outdated = await argon2.hash(member.password, { memoryCost: 1024, timeCost: 1, parallelism: 1 });
    await feed.app.query('UPDATE users SET password_hash = $2 WHERE id = $1', [member.id, outdated]);
    const receiver = await feed.upToDate();
    await logIn(feed.app, member);
    const stored = await feed.app.query('SELECT FROM users WHERE id = $1 AND password_hash = $2', [
      member.id,
      outdated,
    ]);
    expect(stored).toEqual([]);
    await receiver.catchUp();
    expect(receiver.jtis).toEqual([]);
  });

  it('says in two SETs that one statement of SQL changed a role and a password', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    await feed.app.query(`UPDATE users SET role = 'researcher', password_hash = 'x' WHERE id = $1`, [
      member.id,
    ]);
    await receiver.receive(2, { maxEvents: 1 });
    await receiver.drain();
    await expect(contentOf(receiver)).resolves.toEqual([
      [byUser(member), `${CAEP}/token-claims-change`, { claims: { role: 'researcher' } }],
      [byUser(member), `${CAEP}/credential-change`, CHANGE_OF_PASSWORD],
    ]);
  });
});

describe('the revocation feed of changes of users in the embedded database', () => {
  it('says what changed of a user, and that the account was disabled', async () => {
    const keys = await SigningKeysFile.create();
    const app = await AppInProcess.start({ SIGNING_KEYS_FILE: keys.path });
    const admin = await registerAdmin(app);
    const headers = { authorization: basic(await registerClient(app, admin)) };
    const receiver = new FeedReceiver((body) => app.call('POST', '/api/v1/events/poll', { headers, body }));
    const member = await register(app);
    await receiver.catchUp();
    receiver.sets.clear();
    for (const body of [{ full_name: 'Another Name' }, { role: 'researcher' }, { is_active: false }])
      await app.call('PATCH', `/api/v1/users/${member.id}`, { token: admin.token, body });
    await receiver.catchUp();
    const events = [...receiver.sets.values()].flatMap((set) =>
      Object.entries(decodeJwt(set)['events'] as object),
    );
    expect(events).toEqual([
      [`${CAEP}/token-claims-change`, expect.objectContaining({ claims: { role: 'researcher' } })],
      [`${RISC}/account-disabled`, expect.objectContaining(because('user_deactivated'))],
    ]);
    await app.stop();
    await keys.remove();
  });
});

describe("the revocation feed of the end of everybody's sessions", () => {
  let feed: FeedFixture;

  beforeAll(async () => {
    feed = await FeedFixture.start();
  });

  it('is one SET, whose subject is the issuer as the tenant', async () => {
    await Promise.all(Array.from({ length: 5 }, () => register(feed.app)));
    const receiver = await feed.upToDate();
    const { token } = feed.admin;
    const ended = await feed.app.call('POST', '/api/v1/sessions/end-everybody', { token });
    expect(ended).toMatchObject({ status: 200, body: { ended: 7 } });
    await receiver.receive(1);
    const events = {
      [`${CAEP}/session-revoked`]: { event_timestamp: expect.any(Number), ...because('ended_for_everybody') },
    };
    const tenant = { format: 'uri', uri: TEST_ISSUER };
    await expect(feed.eventsOf(receiver)).resolves.toMatchObject([
      { sub_id: { format: 'complex', tenant }, events },
    ]);
  });
});
