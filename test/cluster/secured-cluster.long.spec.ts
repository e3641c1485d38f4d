import { readFileSync } from 'node:fs';
import { BLACKLIST_PREFIX } from '../../src/cache/entry-keys.js';
import { slotOf } from '../../src/redis/cluster/cluster-slots.js';
import { CACHE_STORE, type CacheStore } from '../../src/cache/cache-store.js';
import { itKeepsTheCacheStoreContract } from '../contracts/cache-store.contract.js';
import { getMe, register } from '../integration/accounts.js';
import { AppInProcess } from '../integration/app-in-process.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import type { RedisProgram } from '../support/redis/redis-launch.js';
import { waitFor } from '../support/wait-for.js';
import { ConnectedCluster } from './connected-cluster.js';
import { SecuredCluster, type SecuredClusterOptions } from './secured-cluster.js';
import { ENDLESS } from '../support/endless-permit.js';

const TIMEOUT_MS = 120_000;
const PATIENCE = { timeoutMs: 30_000 };
const LONG_MS = 60_000;

const guide = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8');
const [, rulesOfOneServer = ''] = /^ACL SETUSER ergodrive on >PASSWORD (.*)$/m.exec(guide) ?? [];
const [, rulesOfClusters = ''] = /`(\+cluster\|slots [^`]*)`/.exec(guide) ?? [];
const rules = `${rulesOfOneServer} ${rulesOfClusters}`.split(' ').filter((rule) => rule !== '+select');

describe.each<[RedisProgram, SecuredClusterOptions['announced']]>([
  ['redis-server', 'address'],
  ['valkey-server', 'name'],
])('a Cluster of %s with TLS, announced by its %s, with the user of docs/redis.md', (program, announced) => {
  let secured: SecuredCluster;
  const connect = () => {
    const { url, certificates } = secured;
    return new ConnectedCluster(url, { certificates });
  };

  beforeAll(async () => {
    secured = await SecuredCluster.start(rules, { program, announced });
  }, TIMEOUT_MS);
  afterAll(() => secured.stop());

  describe('RedisClusterStore', () => {
    itKeepsTheCacheStoreContract(async () => {
      // The suite has keys of any name.
      await secured.allow([...rules, '~*']);
      const connected = await connect().complete();
      return {
        store: connected.store,
        empty: () => secured.servers.flush(),
        close: async () => {
          await connected.close();
          await secured.allow(rules);
        },
      };
    });
  });

  it('deletes an entry whose slot is moving', async () => {
    const connected = await connect().complete();
    const key = 'user:moving';
    const slot = slotOf(key);
    const masters = await secured.servers.masters();
    const from = masters[await secured.servers.shardOf(key)]!;
    const to = masters.find((other) => other !== from)!;
    await secured.servers.moveSlot(slot, from, to, () => connected.store.delete([key]));
    const isUsed = () => connected.store.set(key, 1, LONG_MS).then(() => true);
    await waitFor(isUsed, { what: 'the slot to be used on its new master', ...PATIENCE });
    await expect(connected.store.get(key, ENDLESS)).resolves.toBe(1);
    await connected.close();
  });

  it('serves two instances, which refuse a token after its logout, and refuses none of their commands', async () => {
    const database = await createTestDatabase();
    const environment = {
      ...secured.environment,
      DATABASE_URL: database.url,
      CACHE_DEADLINE_MS: '5000',
      JWT_SECRET: 'x'.repeat(64),
    };
    // One after the other: `/metrics` shows what the application counts that was made last in a process.
    const one = await AppInProcess.start(environment);
    const other = await AppInProcess.start(environment);
    const apps = [one, other];
    await Promise.all(apps.map((app) => app.trusted()));
    const member = await register(one);
    await expect(getMe(one, member)).resolves.toBe('200');
    const answersOfTheCache = async () => {
      const { payload } = await other.app.inject('/metrics');
      const lines = payload.match(/^ergodrive_verdicts_total\{.*source="cache".*\} (\d+)$/gm) ?? [];
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };
    const before = await answersOfTheCache();
    // A machine that stalls keeps an instance from a fill or from accepting it.
    const isWarm = async () => {
      const answer = await getMe(other, member);
      if (answer === '200' && (await answersOfTheCache()) > before) return true;
      const { body } = await other.call('GET', '/health');
      throw new Error(`${answer}, health ${JSON.stringify(body)}`);
    };
    await waitFor(isWarm, { what: 'an answer of the cache', ...PATIENCE });
    await expect(one.call('POST', '/api/v1/auth/logout', member)).resolves.toMatchObject({ status: 200 });
    for (const app of apps) await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
    await other.get<CacheStore>(CACHE_STORE).clear([BLACKLIST_PREFIX]);
    await expect(getMe(other, member)).resolves.toBe('401 token_revoked');
    const refused = (await secured.refusals()).map(String).filter((line) => !line.includes('setinfo'));
    expect(refused).toEqual([]);
    await Promise.all(apps.map((app) => app.stop()));
    await database.drop();
  });

  it.each(rulesOfClusters.split(' '))(
    'is never trusted without %s, and the reason names it',
    async (rule) => {
      await secured.allow(rules.filter((other) => other !== rule));
      const connected = connect();
      const { readiness } = connected;
      const missing = rule.slice(1).toUpperCase();
      await waitFor(
        () => /NOPERM/.test(readiness.reason) && readiness.reason.toUpperCase().includes(missing),
        { what: 'a refusal', ...PATIENCE },
      );
      expect(readiness.transitions.trusted).toBe(0);
      await connected.close();
      await secured.allow(rules);
    },
  );
});
