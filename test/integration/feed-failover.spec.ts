import { createVerifier, type Verifier, type VerifierError } from '../../packages/verifier/src/index.js';
import { LogRetentionService } from '../../src/log/log-retention.service.js';
import { RecentLog } from '../../src/events/recent-log.js';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { sql } from '../support/postgres/sql.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, type Member, register } from './accounts.js';
import { FeedFixture } from './feed-fixture.js';
import { createShiftedDatabase, shiftClock } from './shifted-clock.js';

const MINUTES = 120;
const HOURS = 7200;
const PATIENCE = { timeoutMs: 30_000 };

describe('after another history of PostgreSQL begins, whose clock may be another one', () => {
  let server: PostgresServer;
  let database: TestDatabase;
  let feed: FeedFixture;
  const verifiers: Verifier[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    database = await createShiftedDatabase(server);
    feed = await FeedFixture.start(1, database);
  });
  afterEach(async () => {
    for (const verifier of verifiers.splice(0)) await verifier.close();
    await feed.stop();
  });

  const reading = (index = 0) => feed.apps[index]!.get(RecentLog).reading;
  const shift = async (aheadSeconds: number) => {
    await shiftClock(database, aheadSeconds);
    const isShifted = () =>
      Math.abs((reading()?.databaseMs ?? 0) - Date.now() - aheadSeconds * 1000) < 30_000;
    await waitFor(isShifted, { what: 'a reading by the shifted clock', ...PATIENCE });
  };
  /** The server is another process afterwards, with what is in the database and another clock. */
  const failOver = async (aheadSeconds: number) => {
    const { history } = reading()!;
    await shiftClock(database, aheadSeconds);
    await server.restart();
    const isFollowed = () => ![undefined, history].includes(reading()?.history);
    await waitFor(isFollowed, { what: 'the new history to be followed', ...PATIENCE });
  };
  /** A verifier that polls one instance. */
  const follow = async (index = 0) => {
    const app = feed.apps[index]!;
    const verifier = await createVerifier({
      issuer: TEST_ISSUER,
      clientId: feed.client.id,
      clientSecret: feed.client.secret,
      onError: () => undefined,
      fetch: async (url, init) => {
        const { pathname } = new URL(url);
        const headers = Object.fromEntries(new Headers(init?.headers));
        const body = init?.body as string | undefined;
        const answer = await app.call(init?.method ?? 'GET', pathname, { headers, ...(body && { body }) });
        return new Response(JSON.stringify(answer.body), { status: answer.status });
      },
    });
    verifiers.push(verifier);
    await waitFor(() => verifier.status().fresh, { what: 'the feed to be followed', ...PATIENCE });
    return verifier;
  };
  const outcomeOf = (verifier: Verifier, { token }: Member): Promise<string> =>
    verifier.verify(token).then(
      ({ role }) => role,
      (error: unknown) => (error as VerifierError).code,
    );
  const becomes = (verifier: Verifier, member: Member, expected: string) =>
    waitFor(async () => (await outcomeOf(verifier, member)) === expected, {
      what: `the verifier to say ${expected}`,
      ...PATIENCE,
    });
  const logOut = ({ token }: Member) => feed.app.call('POST', '/api/v1/auth/logout', { token });
  const forgetPositions = () => sql(database.url, 'DELETE FROM log_positions');

  it.each([
    ['an instance that followed the old clock', false],
    ['an instance that started later', true],
  ])('a new verifier of %s covers no token of the old clock, which was ahead', async (_, isLater) => {
    await shift(MINUTES);
    await feed.app.get(LogRetentionService).storePosition();
    const member = await register(feed.app);
    await logOut(member);
    if (!isLater) await forgetPositions();
    await failOver(0);
    const verifier = await follow(isLater ? await feed.addInstance() : 0);
    for (let times = 0; times < 5; times += 1) {
      expect(await outcomeOf(verifier, member)).toBe('token_revoked');
    }
    expect(verifier.status().introspections).toBe(5);
  });

  it('a new verifier covers no token of a clock that was set back in this history', async () => {
    await shift(MINUTES);
    await feed.app.get(LogRetentionService).storePosition();
    const { covered_from: before } = await feed.receiver().poll();
    await shift(0);
    const { covered_from: after, read_at: readAt } = await feed.receiver().poll();
    expect(before).toBeLessThan(readAt + MINUTES);
    expect(after).toBeGreaterThan(readAt + MINUTES);
  });

  it('a new verifier covers no token of an earlier history, which was stored last a few seconds ago', async () => {
    await sql(
      database.url,
      `INSERT INTO log_positions VALUES ('earlier', now() - interval '5 seconds', '0')`,
    );
    const { covered_from: from, read_at: readAt } = await feed.receiver().poll();
    expect(from).toBeGreaterThan(readAt + 5);
    expect(from).toBeLessThan(readAt + 30);
  });

  it('a verifier gives back a session whose revocation was lost, and accepts new tokens', async () => {
    await shift(HOURS);
    const verifier = await follow();
    const member = await register(feed.app);
    await becomes(verifier, member, 'student');
    const setEnd = (at: string, reason: string) =>
      sql(database.url, `UPDATE sessions SET revoked_at = ${at}, revoke_reason = ${reason} WHERE id = $1`, [
        member.sessionId,
      ]);
    await setEnd('now()', `'by_hand'`);
    await becomes(verifier, member, 'token_revoked');
    await sql(database.url, 'DELETE FROM invalidations WHERE session_id = $1', [member.sessionId]);
    await setEnd('NULL', 'NULL');
    await failOver(0);
    await becomes(verifier, member, 'student');
    expect(await getMe(feed.app, member)).toBe('200');
    const later = await register(feed.app);
    await becomes(verifier, later, 'student');
    await logOut(later);
    await becomes(verifier, later, 'token_revoked');
    expect([await outcomeOf(verifier, member), await getMe(feed.app, member)]).toEqual(['student', '200']);
  });

  it('a verifier accepts new tokens of a clock that is behind by hours', async () => {
    const verifier = await follow();
    await failOver(-HOURS);
    await becomes(verifier, await register(feed.app), 'student');
  });
});
