import { type CacheStore } from '../../src/cache/cache-store.js';
import { CacheUnavailableError } from '../../src/redis/cache-unavailable.error.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';
import { ConnectedStore, DEADLINE_MS } from './redis-store.js';
import { ENDLESS } from '../support/endless-permit.js';

const METHODS: Record<string, (store: CacheStore) => Promise<unknown>> = {
  get: (store) => store.get('key', ENDLESS),
  set: (store) => store.set('key', 1, 60_000),
  lease: (store) => store.lease('key', 60_000),
  invalidate: (store) => store.delete(['key']),
  count: (store) => store.count(['user:']),
  clear: (store) => store.clear(['user:']),
  info: (store) => store.info(),
};

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Every method, called at the same moment, has to reject in time and with the one error that callers know. A timer of this
 * process measures the time: it comes late as well when the machine stalls.
 */
async function expectOutage(store: CacheStore, lease: string): Promise<void> {
  const methods = { ...METHODS, fill: (port: CacheStore) => port.fill('key', lease, 1, 60_000) };
  let isLate = false;
  const limit = setTimeout(() => (isLate = true), 2 * DEADLINE_MS);
  const outcomes = await Promise.all(
    Object.entries(methods).map(async ([method, call]) => {
      const outcome = await call(store).catch((error: unknown) => error);
      return { method, isOutage: outcome instanceof CacheUnavailableError };
    }),
  );
  clearTimeout(limit);
  expect(isLate).toBe(false);
  expect(outcomes.filter(({ isOutage }) => !isOutage)).toEqual([]);
}

describe('RedisCacheStore in an outage', () => {
  let redis: RedisServer;
  let connected: ConnectedStore;
  let lease: string;
  beforeEach(async () => {
    redis = await RedisServer.start();
    connected = await new ConnectedStore(redis.url).trusted();
    lease = await connected.store.lease('key', 60_000);
  });
  afterEach(async () => {
    await connected.close();
    await redis.stop();
  });

  it('rejects at once when Redis was killed, and is trusted after the restart', async () => {
    await connected.store.set('kept', 1, 60_000);
    await redis.kill9();
    await expectOutage(connected.store, lease);
    expect(connected.readiness.state).toBe('down');
    await redis.restart({ keepData: false });
    await connected.trusted(2000);
    expect(connected.replays).toBe(2);
    await expect(connected.store.get('kept', ENDLESS)).resolves.toBeUndefined();
  });

  it('rejects within the deadline when Redis is frozen, then at once, and is trusted after the thaw', async () => {
    redis.freeze();
    await expectOutage(connected.store, lease);
    await connected.lost();
    const read = connected.store.get('key', ENDLESS).catch((error: unknown) => error);
    await expect(Promise.race([read, nextTurn()])).resolves.toBeInstanceOf(CacheUnavailableError);
    redis.thaw();
    await connected.trusted(2000);
    expect(connected.replays).toBe(2);
    await expect(connected.store.get('key', ENDLESS)).resolves.toBeUndefined();
  });

  it('gives the connection up because of one read without an answer, before any heartbeat', async () => {
    redis.freeze();
    await expect(connected.store.get('key', ENDLESS)).rejects.toThrow(CacheUnavailableError);
    await nextTurn();
    expect(connected.readiness.state).toBe('down');
    expect(connected.readiness.reason).toContain('no answer');
  });

  it('finds out by itself that Redis answers and refuses to write', async () => {
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await connected.lost();
    await expect(redis.cli('PING')).resolves.toBe('PONG');
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
    await connected.trusted(3000);
  });

  it('finds out by itself that Redis delays writes', async () => {
    await redis.cli('CLIENT', 'PAUSE', '1500', 'WRITE');
    await connected.lost();
    await connected.trusted(5000);
  });

  it('finds out by itself that a silent link is dead', async () => {
    redis.freeze();
    const isDown = () => connected.readiness.state === 'down';
    await waitFor(isDown, { what: 'the breaker to open', timeoutMs: 2000 });
    expect(connected.readiness.reason).not.toBe('');
  });

  it('refuses the lease of an earlier connection, although it still stands on the server', async () => {
    const before = connected.connection.currentEpoch;
    connected.connection.drop('for the test');
    await waitFor(() => connected.connection.currentEpoch > before, { what: 'the next connection' });
    await connected.trusted();
    await expect(redis.cli('EXISTS', '{key}:lease')).resolves.toBe(1);
    await expect(connected.store.fill('key', lease, 'stale', 60_000)).resolves.toBe(false);
    await expect(connected.store.get('key', ENDLESS)).resolves.toBeUndefined();
  });

  it('gives the connection up when an invalidation fails, for the entry may have stayed', async () => {
    redis.freeze();
    await expect(connected.store.delete(['key'])).rejects.toThrow(CacheUnavailableError);
    await connected.lost();
    redis.thaw();
    await connected.trusted();
    expect(connected.replays).toBe(2);
  });

  it('gives the connection up at once when Redis answers an invalidation with an error', async () => {
    const busy = new CacheUnavailableError('BUSY Redis is busy running a script');
    jest.spyOn(connected.connection, 'run').mockRejectedValueOnce(busy);
    await expect(connected.store.delete(['key'])).rejects.toBe(busy);
    await nextTurn();
    expect(connected.readiness.isReady).toBe(false);
    await connected.trusted();
    expect(connected.replays).toBe(2);
  });

  it('rejects writes that find the memory full, and goes on to read and to invalidate', async () => {
    await connected.store.set('kept', 'value', 60_000);
    await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    await expect(connected.store.set('key', 1, 60_000)).rejects.toThrow(CacheUnavailableError);
    await expect(connected.store.lease('key', 60_000)).rejects.toThrow(CacheUnavailableError);
    await expect(connected.store.fill('key', lease, 1, 60_000)).rejects.toThrow(CacheUnavailableError);
    await expect(connected.store.get('kept', ENDLESS)).resolves.toBe('value');
    await connected.store.delete(['kept']);
    await expect(connected.store.get('kept', ENDLESS)).resolves.toBeUndefined();
    expect(connected.readiness.isReady).toBe(true);
  });

  it.each(['set', 'lease', 'invalidate'])(
    'gives up a server that has become read-only at %s',
    async (method) => {
      await redis.cli('REPLICAOF', '127.0.0.1', '1');
      await expect(METHODS[method]?.(connected.store)).rejects.toThrow(CacheUnavailableError);
      await connected.lost();
      await redis.cli('REPLICAOF', 'NO', 'ONE');
      await connected.trusted();
      await expect(connected.store.set('key', 1, 60_000)).resolves.toBeUndefined();
    },
  );
});

describe('RedisConnection at the start', () => {
  let redis: RedisServer;
  let connected: ConnectedStore;
  afterEach(async () => {
    await connected.close();
    await redis.stop();
  });
  const untilReason = (reason: RegExp, what = 'the first attempt to fail') =>
    waitFor(() => reason.test(connected.readiness.reason), { what });

  it('connects to a Redis that was frozen at first', async () => {
    redis = await RedisServer.start();
    redis.freeze();
    connected = new ConnectedStore(redis.url);
    await untilReason(/handshake/);
    await expectOutage(connected.store, 'none');
    redis.thaw();
    await connected.trusted(2000);
  });

  it('connects to a Redis that was not running at first', async () => {
    redis = await RedisServer.start();
    await redis.kill9();
    connected = new ConnectedStore(redis.url);
    await untilReason(/ECONNREFUSED/);
    await redis.restart({ keepData: false });
    await connected.trusted(2000);
  });

  it('is never trusted with a wrong password, and says why without the password', async () => {
    redis = await RedisServer.start({ password: 'right' });
    connected = new ConnectedStore(redis.url.replace('right', 'wrong-s3cret'));
    await untilReason(/WRONGPASS/, 'Redis to refuse the password');
    expect(connected.readiness.reason).not.toContain('s3cret');
    await expectOutage(connected.store, 'none');
    expect(connected.readiness.transitions.trusted).toBe(0);
  });

  it('logs in with a password that needs escapes', async () => {
    redis = await RedisServer.start({ password: 'p@ss:/w%rd?#' });
    connected = await new ConnectedStore(redis.url).trusted();
    await connected.store.set('key', 1, 60_000);
  });

  it('is not trusted while the log cannot be replayed, and tries again', async () => {
    redis = await RedisServer.start();
    let attempts = 0;
    const replay = async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('the log cannot be read');
    };
    connected = new ConnectedStore(redis.url, { replay });
    await waitFor(() => attempts === 1, { what: 'the first replay', intervalMs: 1 });
    expect(connected.readiness.isReady).toBe(false);
    await connected.trusted();
    expect(attempts).toBe(3);
    expect(connected.readiness.transitions).toMatchObject({ trusted: 1, replaying: 3 });
  });

  it('connects and is trusted again when the link is cut, stalls, and comes back', async () => {
    redis = await RedisServer.start();
    const link = await TcpProxy.start({ port: redis.port });
    connected = await new ConnectedStore(link.through(redis.url)).trusted();
    for (const fault of ['cut', 'blackhole'] as const) {
      const lease = await connected.store.lease('key', 60_000);
      await link[fault]();
      await expectOutage(connected.store, lease);
      await connected.lost();
      await link.pass();
      await connected.trusted(2000);
    }
    expect(connected.replays).toBe(3);
    await link.close();
  });
});
