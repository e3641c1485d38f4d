import { readFileSync } from 'node:fs';
import { BLACKLIST_PREFIX } from '../../src/cache/entry-keys.js';
import { CACHE_STORE, type CacheStore } from '../../src/cache/cache-store.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { RedisServer } from '../support/redis/redis-server.js';
import type { RedisProgram } from '../support/redis/redis-launch.js';
import { stateVersion } from '../support/redis/stated-version.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

const PATIENCE = { timeoutMs: 30_000 };
/** A machine that stalls must not end the connection: the test is about answers. */
const ENVIRONMENT = { CACHE_DEADLINE_MS: '5000', RATE_LIMIT_ENABLED: 'true' };
const guide = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8');
const [, rules = ''] = /^ACL SETUSER ergodrive on >PASSWORD (.*)$/m.exec(guide) ?? [];

describe('the application', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let app: AppInProcess;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await app.stop();
    await redis.stop();
    await database.drop();
  });

  it.each<RedisProgram>(['redis-server', 'valkey-server'])(
    'works on a %s as the user of docs/redis.md, to whom no command is refused',
    async (program) => {
      redis = await RedisServer.start({ program });
      await redis.cli('ACL', 'SETUSER', 'ergodrive', 'on', '>pass', ...rules.split(' '), '+client|setinfo');
      const url = `${redis.url.replace('//', '//ergodrive:pass@')}/1`;
      app = await AppInProcess.start({ ...ENVIRONMENT, DATABASE_URL: database.url, REDIS_URL: url });
      await app.trusted();

      const member = await register(app);
      expect(await getMe(app, member)).toBe('200');
      const entry = async () => redis.cli('EVAL', "redis.call('SELECT', 1) return redis.call('DBSIZE')", '0');
      expect(await entry()).toBeGreaterThan(0);
      expect(await getMe(app, member)).toBe('200');
      const wrong = { email: member.email, password: 'wrong-Test1234' };
      const refused = await app.call('POST', '/api/v1/auth/login/json', { body: wrong });
      expect(refused.status).toBe(401);
      expect((await app.call('POST', '/api/v1/auth/logout', { token: member.token })).status).toBe(200);
      expect(await getMe(app, member)).toBe('401 token_revoked');
      await app.get<CacheStore>(CACHE_STORE).clear([BLACKLIST_PREFIX]);
      expect(await getMe(app, member)).toBe('401 token_revoked');

      const { body } = await app.call('GET', '/health');
      expect(body).toMatchObject({ status: 'healthy', redis: { status: 'connected' } });
      const { server_name, valkey_version } = body['redis'] as Record<string, string | undefined>;
      expect(server_name).toBe(program === 'valkey-server' ? 'valkey' : undefined);
      expect(valkey_version === undefined).toBe(program === 'redis-server');
      expect(await redis.cli('ACL', 'LOG')).toEqual([]);
    },
  );

  it('answers from PostgreSQL when Redis is too old, and says so in its health', async () => {
    redis = await RedisServer.start({ program: 'redis-server' });
    const rewrite = stateVersion('redis_version', '5.0.7');
    const proxy = await TcpProxy.start({ port: redis.port }, { rewrite });
    const url = proxy.through(redis.url);
    app = await AppInProcess.start({ ...ENVIRONMENT, DATABASE_URL: database.url, REDIS_URL: url });
    const reason = 'the server is Redis 5.0.7, and Redis 6.2 or newer is needed';
    await waitFor(
      async () => ((await app.call('GET', '/health')).body['cache'] as { reason?: string }).reason === reason,
      { what: 'the reason in the health', ...PATIENCE },
    );
    const health = await app.call('GET', '/health');
    expect(health).toMatchObject({
      status: 200,
      body: { status: 'degraded', redis: { status: 'disconnected' } },
    });
    const member = await register(app);
    expect(await getMe(app, member)).toBe('200');
    expect((await app.call('POST', '/api/v1/auth/logout', { token: member.token })).status).toBe(200);
    expect(await getMe(app, member)).toBe('401 token_revoked');
    await proxy.close();
  });
});
