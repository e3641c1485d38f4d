import { CacheUnavailableError } from '../../src/redis/cache-unavailable.error.js';
import { slotOf } from '../../src/redis/cluster/cluster-slots.js';
import { RedisClusterServers } from '../support/redis/redis-cluster.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { ConnectedCluster, type ConnectedClusterOptions } from './connected-cluster.js';
import { ENDLESS } from '../support/endless-permit.js';

const LONG_MS = 60_000;
const TIMEOUT_MS = 120_000;
const PATIENCE = { timeoutMs: 30_000, intervalMs: 10 };

/** A key in a slot of the first, second or third master of the start. A test that moves a slot has one of its own. */
function keyOn(shard: number, slot = 100): string {
  for (let id = 0; ; id += 1) if (slotOf(`user:${id}`) === shard * 5462 + slot) return `user:${id}`;
}

const mastersOf = ({ cluster }: ConnectedCluster): string[] => cluster.storeId?.split(',') ?? [];

describe('RedisCluster', () => {
  let servers: RedisClusterServers;
  let connected: ConnectedCluster | undefined;

  /** Connects, in place of the connection before. */
  const connect = async (options?: ConnectedClusterOptions) => {
    await connected?.close();
    connected = await new ConnectedCluster(servers.url, options).complete();
    return connected;
  };

  beforeAll(async () => {
    servers = await RedisClusterServers.start();
  }, TIMEOUT_MS);

  afterAll(async () => {
    await connected?.close();
    await servers.stop();
  }, TIMEOUT_MS);

  it(
    'uses the other shards while one is frozen, and all of them once that one continues',
    async () => {
      const cluster = await connect({ deadlineMs: 500 });
      const { store, readiness } = cluster;
      await Promise.all([0, 1, 2].map((shard) => store.set(keyOn(shard), shard, LONG_MS)));
      servers.shards[1].master.freeze();
      await expect(store.get(keyOn(1), ENDLESS)).rejects.toThrow(CacheUnavailableError);
      await waitFor(() => readiness.reason !== '', { what: 'the frozen shard to be given up', ...PATIENCE });
      expect(readiness).toMatchObject({ isReady: true, state: 'trusted' });
      expect(readiness.reason).toContain(`127.0.0.1:${servers.shards[1].master.port}`);
      await expect(Promise.all([0, 2].map((shard) => store.get(keyOn(shard), ENDLESS)))).resolves.toEqual([
        0, 2,
      ]);
      await expect(store.delete([keyOn(0), keyOn(1)])).rejects.toThrow(CacheUnavailableError);
      await expect(store.get(keyOn(0), ENDLESS)).resolves.toBeUndefined();
      await expect(store.get(keyOn(2), ENDLESS)).resolves.toBe(2);
      await expect(store.info()).resolves.toMatchObject({ redis_version: expect.any(String) });
      servers.shards[1].master.thaw();
      await cluster.complete();
      await expect(store.get(keyOn(1), ENDLESS)).resolves.toBe(1);
    },
    TIMEOUT_MS,
  );

  it(
    'deletes an entry whose slot is moving, wherever it is, and does not read it',
    async () => {
      const [{ master: from }, { master: to }] = servers.shards;
      const cluster = await connect();
      const { store, readiness } = cluster;
      const key = keyOn(0, 101);
      await store.set(key, 'stale', LONG_MS);
      const lease = await store.lease(key, LONG_MS);
      await servers.moveSlot(slotOf(key), from, to, async () => {
        await expect(store.get(key, ENDLESS)).rejects.toThrow('ASK');
        await expect(store.delete([key])).resolves.toBeUndefined();
        expect(await to.cli('CLUSTER', 'COUNTKEYSINSLOT', String(slotOf(key)))).toBe(0);
        expect(await from.cli('CLUSTER', 'COUNTKEYSINSLOT', String(slotOf(key)))).toBe(0);
        expect(readiness.transitions.trusted).toBe(1);
      });
      await waitFor(
        () =>
          store.get(key, ENDLESS).then(
            (value) => value === undefined,
            () => false,
          ),
        { what: 'the slot to be read from its new master', ...PATIENCE },
      );
      await expect(store.fill(key, lease, 'stale', LONG_MS)).resolves.toBe(false);
      await store.set(key, 'fresh', LONG_MS);
      await expect(to.cli('GET', key)).resolves.toContain('"fresh"');
      await cluster.complete();
    },
    TIMEOUT_MS,
  );

  it(
    'reads a moved slot only after the log was replayed there, and the other slots all the time',
    async () => {
      const key = keyOn(0, 102);
      let mayGoOn: () => void = () => undefined;
      let replays = 0;
      const cluster = await connect({
        prepare: async (shard) => {
          replays += 1;
          if (replays <= 3) return;
          await new Promise<void>((resolve) => (mayGoOn = resolve));
          await shard.delete([key]);
        },
      });
      const { store } = cluster;
      await store.set(key, 'stale', LONG_MS);
      await store.set(keyOn(1), 'other', LONG_MS);
      const [{ master: from }, { master: to }] = servers.shards;
      await servers.moveSlot(slotOf(key), from, to);
      await waitFor(() => replays === 4, { what: 'the replay on the new master', ...PATIENCE });
      await expect(store.get(key, ENDLESS)).rejects.toThrow(CacheUnavailableError);
      await expect(store.get(keyOn(1), ENDLESS)).resolves.toBe('other');
      await expect(store.delete([key])).rejects.toThrow(CacheUnavailableError);
      expect(await to.cli('EXISTS', key)).toBe(0);
      mayGoOn();
      await cluster.complete();
      await expect(store.get(key, ENDLESS)).resolves.toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it(
    'reads a slot from its new master after a second at the earliest, and accepts no deletion until then',
    async () => {
      const key = keyOn(0, 104);
      const preparedAt: number[] = [];
      const cluster = await connect({ prepare: async () => void preparedAt.push(performance.now()) });
      const { store } = cluster;
      await store.set(key, 'stale', LONG_MS);
      const [{ master: from }, { master: to }] = servers.shards;
      let notClaimedAt = 0;
      const claimed = waitFor(
        () => {
          const now = performance.now();
          const claimants = cluster.cluster.claimants(slotOf(key));
          if (claimants.some(({ endpoint }) => endpoint.port === to.port)) return true;
          notClaimedAt = now;
          return false;
        },
        { what: 'the new master to claim the slot', timeoutMs: PATIENCE.timeoutMs, intervalMs: 1 },
      );
      await Promise.all([claimed, servers.moveSlot(slotOf(key), from, to)]);
      await expect(store.delete([key])).rejects.toThrow(CacheUnavailableError);
      expect(await to.cli('EXISTS', key)).toBe(0);
      await cluster.complete();
      expect(preparedAt).toHaveLength(4);
      // A lower bound: a machine that stalls makes it longer. Timers of Node.js may be a millisecond early.
      expect(preparedAt[3]! - notClaimedAt).toBeGreaterThanOrEqual(999);
      await expect(store.delete([key])).resolves.toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it(
    'discards a value that was read while the store stopped reading its slot from the master',
    async () => {
      const key = keyOn(2, 105);
      const slot = slotOf(key);
      // The first master never took a slot over, so the third one, whose epoch is higher, keeps the slot whatever that one says.
      const [{ master: other }, , { master: from }] = servers.shards;
      const cluster = await connect({ deadlineMs: 30_000 });
      await cluster.store.set(key, 'stale', LONG_MS);
      from.freeze();
      const read = cluster.store.get(key, ENDLESS).catch((error: unknown) => error);
      await servers.claimSlot(slot, other);
      await waitFor(() => !cluster.cluster.isRead(slot), { what: 'the second claim', ...PATIENCE });
      other.freeze();
      from.thaw();
      await expect(read).resolves.toEqual(new CacheUnavailableError('the shard of the key is not used now'));
      other.thaw();
      await cluster.complete();
      await expect(cluster.store.get(key, ENDLESS)).resolves.toBe('stale');
    },
    TIMEOUT_MS,
  );

  it(
    'deletes on both masters and reads from neither while both claim a slot',
    async () => {
      let mayProve = true;
      const prepare = () => (mayProve ? Promise.resolve() : new Promise<void>(() => undefined));
      const { store, cluster } = await connect({ prepare });
      // The first master may give its claim up meanwhile.
      mayProve = false;
      const key = keyOn(0, 103);
      await store.set(key, 'stale', LONG_MS);
      const [{ master: one }, { master: two }] = servers.shards;
      const slot = slotOf(key);
      await servers.claimSlot(slot, two);
      const isClaimed = () => cluster.claimants(slot).some(({ endpoint }) => endpoint.port === two.port);
      await waitFor(isClaimed, { what: 'the claims to be in conflict', ...PATIENCE });
      await two.cli('SET', key, '"stale"');
      await expect(store.get(key, ENDLESS)).rejects.toThrow(CacheUnavailableError);
      await store.delete([key]).catch(() => undefined);
      expect(await two.cli('EXISTS', key)).toBe(0);
      // The first master may know of the other claim by now, and answer with a redirect.
      expect(await one.cli('EXISTS', key).catch(() => 0)).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'reports that a server is not a Cluster',
    async () => {
      const single = await RedisServer.start();
      const other = new ConnectedCluster(single.url.replace('redis:', 'redis+cluster:'));
      await waitFor(() => other.readiness.reason.includes('cluster support disabled'), {
        what: 'the reason to be known',
        ...PATIENCE,
      });
      await other.close();
      await single.stop();
    },
    TIMEOUT_MS,
  );

  it(
    'replays the log on a promoted replica before it is read',
    async () => {
      const key = keyOn(2);
      const cluster = await connect({ prepare: (shard) => shard.delete([key]) });
      const { store } = cluster;
      await store.set(key, 'stale', LONG_MS);
      await servers.replicated(servers.shards[2]);
      await servers.stallReplication(servers.shards[2]);
      await store.delete([key]);
      expect(await servers.onReplica(servers.shards[2], key)).toContain('"stale"');
      const named = mastersOf(cluster);
      await servers.shards[2].master.kill9();
      await servers.promote(servers.shards[2]);
      await cluster.complete();
      // What it names to other instances shows the same cluster.
      expect(named).toHaveLength(3);
      expect(mastersOf(cluster).filter((id) => named.includes(id))).toHaveLength(2);
      await expect(store.get(key, ENDLESS)).resolves.toBeUndefined();
      expect(await servers.shards[2].replica.cli('EXISTS', key)).toBe(0);
    },
    TIMEOUT_MS,
  );
});
