import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { waitFor } from '../support/wait-for.js';
import { type Member, register } from './accounts.js';
import type { FeedReceiver } from '../support/feed/feed-receiver.js';
import { FeedFixture } from './feed-fixture.js';
import { interleavings, LogWriters, type Step } from './log-interleaving.js';
import { registerClient } from './oauth-clients.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const LONG_MS = 300_000;

describe('the revocation feed', () => {
  let feed: FeedFixture;

  beforeAll(async () => {
    feed = await FeedFixture.start(2);
  });

  const userOf = ({ id }: Member) => ({ format: 'iss_sub', iss: TEST_ISSUER, sub: id });
  const bySession = (member: Member) => ({
    format: 'complex',
    user: userOf(member),
    session: { format: 'opaque', id: member.sessionId },
  });
  const byUser = (member: Member) => ({ format: 'complex', user: userOf(member) });
  const administer = ({ id }: Member, body: object) =>
    feed.app.call('PATCH', `/api/v1/users/${id}`, { token: feed.admin.token, body });

  it('says that a session was revoked, in a SET that the published keys verify', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate(1);
    const before = Date.now() / 1000;
    await feed.app.call('POST', '/api/v1/auth/logout', { token: member.token });
    await receiver.poll({ waitMs: 5000 });
    const [event] = await feed.eventsOf(receiver);
    expect(event).toMatchObject({
      iss: TEST_ISSUER,
      aud: feed.client.id,
      jti: expect.stringMatching(/^[0-9a-f]{12}-\d+$/),
      txn: expect.stringMatching(/^[0-9a-f]{12}-t\d+$/),
      sub_id: bySession(member),
      events: { [`${CAEP}/session-revoked`]: { reason_admin: { en: 'logout' } } },
    });
    const { event_timestamp: at } = Object.values(event!['events'] as object)[0] as {
      event_timestamp: number;
    };
    expect(Math.abs(at - before)).toBeLessThan(30);
  });

  it('gives receivers at one cursor the same SETs, to each as many as it asks for', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    const { cursor } = receiver;
    for (const role of ['researcher', 'student']) await administer(member, { role });
    await receiver.receive(2);
    // Several times: an answer is shared only until the log is read again.
    for (let count = 0; count < 10; count += 1) {
      const whole = await receiver.poll({ cursor });
      const part = await receiver.poll({ cursor, maxEvents: 1 });
      const rest = await receiver.poll({ cursor: part.cursor });
      expect(whole.moreAvailable).toBe(false);
      expect(part.moreAvailable).toBe(true);
      expect(Object.keys(part.sets)).toEqual(Object.keys(whole.sets).slice(0, 1));
      expect({ ...part.sets, ...rest.sets }).toEqual(whole.sets);
    }
  });

  it('gives each client SETs of its own, which are meant for it alone', async () => {
    const other = await registerClient(feed.app, feed.admin);
    const receivers = [await feed.upToDate(), await feed.upToDate()];
    const [own, foreign] = receivers as [FeedReceiver, FeedReceiver];
    await insert(randomUUID());
    await own.receive(1);
    await foreign.poll({ waitMs: 5000 }, (body) => feed.poll(body, other));
    expect(foreign.jtis).toEqual(own.jtis);
    const audiences = [own, foreign].map(({ sets }) => [...sets.values()].map((set) => decodeJwt(set).aud));
    expect(audiences).toEqual([[feed.client.id], [other.id]]);
  });

  it('dates a change of a user not before its commit', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    const writers = await LogWriters.connect(feed.database.url);
    await writers.run({ kind: 'begin', writer: 0 }, () => Promise.resolve());
    await writers.run({ kind: 'insert', writer: 0, rows: 1 }, () => Promise.resolve());
    await feed.app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: member.refreshToken } });
    const [{ now }] = (await feed.app.query(
      'SELECT extract(epoch FROM clock_timestamp())::float8 AS now',
    )) as [{ now: number }];
    await writers.run({ kind: 'commit', writer: 0 }, () => Promise.resolve());
    await writers.close();
    await receiver.poll({ waitMs: 5000 });
    const [event] = await feed.eventsOf(receiver);
    const { event_timestamp: at } = Object.values(event!['events'] as object)[0] as {
      event_timestamp: number;
    };
    expect(at).toBeGreaterThanOrEqual(now);
  });

  it('says within a second that a user was deleted by SQL', async () => {
    const member = await register(feed.app);
    const receiver = await feed.upToDate();
    const beganAt = performance.now();
    const polled = receiver.poll({ waitMs: 1000 });
    await feed.app.query('DELETE FROM users WHERE id = $1', [member.id]);
    const deletedMs = performance.now() - beganAt;
    // On a machine that stalls, a reading may be earlier, and the answer says so.
    let { complete_to_ms: completeTo } = await polled;
    while (receiver.jtis.length === 0 && completeTo < deletedMs)
      completeTo = (await receiver.poll({ waitMs: 1000 })).complete_to_ms;
    const events = await feed.eventsOf(receiver);
    expect(events.find(({ sub_id }) => !('session' in (sub_id as object)))).toMatchObject({
      sub_id: byUser(member),
      events: { [`${CAEP}/session-revoked`]: { reason_admin: { en: 'user_deleted' } } },
    });
  });

  it('gives the same events for the same cursor on each instance', async () => {
    const receiver = await feed.upToDate();
    const { cursor } = receiver;
    await insert(randomUUID(), randomUUID());
    await receiver.poll({ waitMs: 5000 });
    const answers = [await feed.poll({ cursor }), await feed.poll({ cursor }, feed.client, 1)];
    for (const { body } of answers) {
      expect(body).toMatchObject({ restarted: false, moreAvailable: false });
      expect(Object.keys(body['sets'] as object)).toEqual(receiver.jtis);
    }
    expect(answers[0]!.body['sets']).toEqual(Object.fromEntries(receiver.sets));
  });

  it(
    'delivers each committed row and none that was rolled back, through instances that take turns',
    async () => {
      const ids = async (userIds: Iterable<string>) => {
        const rows = (await feed.app.query(
          'SELECT id::text FROM invalidations WHERE user_id = ANY($1::uuid[])',
          [[...userIds]],
        )) as { id: string }[];
        return rows.map(({ id }) => id).sort();
      };
      const delivers = async (steps: readonly Step[], maxEvents: number) => {
        const receiver = await feed.upToDate();
        const writers = await LogWriters.connect(feed.database.url);
        let turn = 0;
        const read = async () => {
          turn += 1;
          await receiver.poll({ maxEvents }, feed.sendTo(turn % 2));
        };
        try {
          for (const step of steps) await writers.run(step, read);
          await writers.finish();
          const last = randomUUID();
          await insert(last);
          const [lastId] = await ids([last]);
          await waitFor(
            async () => {
              await read();
              const { cursor } = receiver;
              return receiver.jtis.some((jti) => jti.endsWith(`-${lastId}`)) && cursor !== '';
            },
            { what: 'the last row', intervalMs: 1 },
          );
          await receiver.drain({ maxEvents });
          const received = receiver.jtis.map((jti) => jti.split('-')[1]!).sort();
          expect(received).toEqual(await ids([...writers.committed, last]));
          expect(receiver.restarts).toBe(1);
        } finally {
          await writers.close();
        }
      };
      await fc.assert(fc.asyncProperty(interleavings, fc.integer({ min: 1, max: 3 }), delivers), {
        numRuns: 25,
      });
    },
    LONG_MS,
  );

  const insert = (...userIds: string[]) =>
    feed.app.query(
      `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', id FROM unnest($1::uuid[]) AS id`,
      [userIds],
    );
});
