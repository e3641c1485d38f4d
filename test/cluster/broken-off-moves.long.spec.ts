import { CacheStatus } from '../../src/cache/cache-status.js';
import { CacheUnavailableError } from '../../src/redis/cache-unavailable.error.js';
import { slotOf } from '../../src/redis/cluster/cluster-slots.js';
import { ACCEPTANCE_ENDED_MS } from '../../src/common/acceptance.js';
import { EvictionService } from '../../src/log/eviction.service.js';
import { createUsers, openSessions, type TestSession } from '../faults/load/population.js';
import { JWT_SECRET } from '../faults/load/token-signer.js';
import { getMe } from '../integration/accounts.js';
import { AppInProcess } from '../integration/app-in-process.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { RedisClusterServers } from '../support/redis/redis-cluster.js';
import type { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { ConnectedCluster } from './connected-cluster.js';

const TIMEOUT_MS = 180_000;
const PATIENCE = { timeoutMs: 30_000, intervalMs: 10 };
/** So many that each shard has enough of them. */
const CANDIDATES = 36;
const PRESENTATIONS = 5;

const keyOf = ({ user }: TestSession): string => `user:${user.id}`;
const slotOfSession = (session: TestSession): number => slotOf(keyOf(session));

/** Two instances on a cluster, whose operator begins to move slots and then takes the moves back by hand. */
describe('a slot move that is taken back by hand', () => {
  let servers: RedisClusterServers;
  let newMaster: RedisServer;
  let database: TestDatabase;
  let one: AppInProcess;
  let other: AppInProcess;
  let admin: string;

  beforeAll(async () => {
    [servers, database] = await Promise.all([RedisClusterServers.start(), createTestDatabase()]);
    const environment = {
      DATABASE_URL: database.url,
      DATABASE_TIMEOUT_MS: '20000',
      REDIS_URL: servers.url,
      CACHE_DEADLINE_MS: '1000',
      JWT_SECRET,
    };
    one = await AppInProcess.start(environment);
    other = await AppInProcess.start(environment);
    newMaster = await servers.addMaster();
    admin = (await sessionsOf('admin', 1))[0]!.access;
  }, TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all([one, other].map((app) => app.stop()));
    await Promise.all([servers.stop(), database.drop()]);
  }, TIMEOUT_MS);

  const sessionsOf = async (role: string, count: number) =>
    openSessions(database.url, await createUsers(database.url, count, role), 1);

  const complete = () =>
    waitFor(() => [one, other].every((app) => app.get(CacheStatus).isComplete), {
      what: 'both instances to use every shard',
      ...PATIENCE,
    });

  /** Resolves once both instances have applied a change that nobody acknowledges. */
  const applied = async ({ user }: TestSession, change: () => Promise<unknown>) => {
    const spies = [one, other].map((app) => jest.spyOn(app.get(EvictionService), 'evict'));
    await change();
    const hasApplied = (spy: (typeof spies)[number]) =>
      spy.mock.calls.some(
        ([userIds], call) => userIds.includes(user.id) && spy.mock.results[call] !== undefined,
      );
    await waitFor(() => spies.every(hasApplied), { what: 'both instances to read the change', ...PATIENCE });
    await Promise.all(spies.flatMap((spy) => spy.mock.results.map(({ value }) => value as Promise<void>)));
    spies.forEach((spy) => spy.mockRestore());
  };
  const acknowledged = async (answer: Promise<{ status: number }>) =>
    expect(Math.floor((await answer).status / 100)).toBe(2);

  /** Each ends a session. */
  const changes: ((session: TestSession) => Promise<void>)[] = [
    (session) => {
      const update =
        "UPDATE sessions SET revoked_at = now(), revoke_reason = 'revoked_by_admin' WHERE id = $1";
      return applied(session, () => one.query(update, [session.id]));
    },
    ({ user }) => acknowledged(one.call('DELETE', `/api/v1/users/${user.id}/sessions`, { token: admin })),
    ({ user }) => {
      const body = { is_active: false };
      return acknowledged(one.call('PATCH', `/api/v1/users/${user.id}`, { token: admin, body }));
    },
    ({ access }) => acknowledged(one.call('POST', '/api/v1/auth/logout', { token: access })),
  ];

  const present = (app: AppInProcess, { access }: TestSession) => getMe(app, { token: access });

  /** A session for each change, of users whose entries the shard has. */
  const warmSessions = async (shard: number, owner: RedisServer): Promise<TestSession[]> => {
    await complete();
    const candidates = await sessionsOf('student', CANDIDATES);
    const shards = await Promise.all(candidates.map((session) => servers.shardOf(keyOf(session))));
    const sessions = candidates.filter((_, index) => shards[index] === shard).slice(0, changes.length);
    for (const session of sessions) {
      const isWarm = async () =>
        (await present(one, session)) === '200' && (await owner.cli('EXISTS', keyOf(session))) === 1;
      await waitFor(isWarm, { what: 'the entry', ...PATIENCE });
    }
    return sessions;
  };

  const beginMoves = async (sessions: readonly TestSession[], from: RedisServer, to: RedisServer) => {
    for (const session of sessions) await servers.beginMove(slotOfSession(session), from, to);
  };
  const change = (sessions: readonly TestSession[]) =>
    Promise.all(sessions.map((session, index) => changes[index]!(session)));

  /** Takes the moves back, so that the entries are where they are read, and presents the tokens. */
  const expectRefusals = async (sessions: readonly TestSession[], owner: RedisServer, to: RedisServer) => {
    for (const session of sessions) await servers.takeBack(slotOfSession(session), owner, to);
    await complete();
    for (const session of sessions) expect(await owner.cli('EXISTS', keyOf(session))).toBe(1);
    for (let round = 0; round < PRESENTATIONS; round += 1)
      for (const app of [one, other]) {
        const answers = await Promise.all(sessions.map((session) => present(app, session)));
        expect(answers).toEqual(sessions.map(() => '401 token_revoked'));
      }
  };

  it(
    'revives no ended session when the target was a new master without slots',
    async () => {
      const { master } = servers.shards[1];
      const sessions = await warmSessions(1, master);
      await beginMoves(sessions, master, newMaster);
      await change(sessions);
      await expectRefusals(sessions, master, newMaster);
    },
    TIMEOUT_MS,
  );

  it(
    'revives no ended session when the target was frozen',
    async () => {
      const [, { master }, { master: target }] = servers.shards;
      const sessions = await warmSessions(1, master);
      await beginMoves(sessions, master, target);
      target.freeze();
      await change(sessions).finally(() => target.thaw());
      await expectRefusals(sessions, master, target);
    },
    TIMEOUT_MS,
  );

  it(
    'revives no ended session when a replica took over that does not know of the move',
    async () => {
      const [{ master, replica }] = servers.shards;
      const sessions = await warmSessions(0, master);
      await beginMoves(sessions, master, newMaster);
      await servers.replicated(servers.shards[0]);
      await servers.promote(servers.shards[0]);
      await waitFor(() => ![one, other].some((app) => app.get(CacheStatus).isComplete), {
        what: 'the instances to leave the former master',
        ...PATIENCE,
      });
      await complete();
      await change(sessions);
      await expectRefusals(sessions, replica, newMaster);
    },
    TIMEOUT_MS,
  );

  describe('for one store', () => {
    const key = 'user:0';
    const slot = slotOf(key);
    let owner: RedisServer;
    let connected: ConnectedCluster | undefined;

    beforeEach(async () => {
      owner = servers.shards[await servers.shardOf(key)]!.master;
      await owner.cli('SET', key, 'stale');
      await servers.beginMove(slot, owner, newMaster);
    });
    afterEach(async () => {
      await connected?.close();
      await servers.takeBack(slot, owner, newMaster);
    });

    it('ends the acceptance of what was read before a deletion that could not follow its key', async () => {
      connected = await new ConnectedCluster(servers.url).complete();
      expect(connected.outdated).toBe(0);
      await expect(connected.store.delete([key])).rejects.toThrow(CacheUnavailableError);
      expect(connected.outdated).toBeGreaterThan(0);
    });

    it('ends the acceptance of what was read before a replay that could not follow a key', async () => {
      connected = new ConnectedCluster(servers.url, { prepare: (shard) => shard.delete([key]) });
      await connected.complete();
      expect(connected.outdated).toBeGreaterThan(0);
    });

    it('lets no repeated deletion count before every instance has read the change', async () => {
      connected = await new ConnectedCluster(servers.url).complete();
      const { store } = connected;
      const beganAt = performance.now();
      await expect(store.delete([key])).rejects.toThrow(CacheUnavailableError);
      await owner.cli('CLUSTER', 'SETSLOT', String(slot), 'STABLE');
      const counts = () => store.delete([key]).then(() => true);
      await waitFor(counts, { what: 'a deletion to count', ...PATIENCE });
      expect(performance.now() - beganAt).toBeGreaterThanOrEqual(ACCEPTANCE_ENDED_MS);
    });
  });
});
