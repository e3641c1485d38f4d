import { TcpProxy } from '../support/network/tcp-proxy.js';
import { stateVersion } from '../support/redis/stated-version.js';
import type { RedisProgram } from '../support/redis/redis-launch.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { ConnectedStore } from './redis-store.js';
import { ENDLESS } from '../support/endless-permit.js';

const PATIENT_MS = 5000;
const PATIENCE = { timeoutMs: 30_000 };

/** A real server behind a proxy that changes the version in the answer to INFO. */
describe('RedisConnection', () => {
  let redis: RedisServer;
  let proxy: TcpProxy;
  let connected: ConnectedStore;

  const connect = async (program: RedisProgram, version: string): Promise<ConnectedStore> => {
    redis = await RedisServer.start({ program });
    const field = program === 'valkey-server' ? 'valkey_version' : 'redis_version';
    proxy = await TcpProxy.start({ port: redis.port }, { rewrite: stateVersion(field, version) });
    connected = new ConnectedStore(proxy.through(redis.url), { deadlineMs: PATIENT_MS });
    return connected;
  };
  afterEach(async () => {
    await connected.close();
    await proxy.close();
    await redis.stop();
  });

  it.each([
    ['redis-server', '6.0.16', 'the server is Redis 6.0.16, and Redis 6.2 or newer is needed'],
    ['valkey-server', '7.1.0', 'the server is Valkey 7.1.0, and Valkey 7.2 or newer is needed'],
  ] as const)('does not use a %s that states version %s', async (program, version, reason) => {
    const { readiness, store } = await connect(program, version);
    await waitFor(() => readiness.reason === reason, { what: 'the version to be refused', ...PATIENCE });
    expect(readiness.state).toBe('down');
    expect(readiness.transitions).toMatchObject({ trusted: 0, replaying: 0 });
    await expect(store.get('key', ENDLESS)).rejects.toThrow('no connection');
  });

  it.each([
    ['redis-server', '6.2.0'],
    ['valkey-server', '7.2.5'],
  ] as const)('uses a %s that states version %s', async (program, version) => {
    const { store } = await (await connect(program, version)).trusted(PATIENCE.timeoutMs);
    const info = await store.info();
    expect(program === 'valkey-server' ? info.valkey_version : info.redis_version).toBe(version);
    expect(info.server_name).toBe(program === 'valkey-server' ? 'valkey' : undefined);
  });
});
