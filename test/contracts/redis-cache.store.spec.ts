import { monitorCommands } from '../support/redis/command-monitor.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { itKeepsTheCacheStoreContract } from './cache-store.contract.js';
import { ConnectedStore } from './redis-store.js';
import { ENDLESS } from '../support/endless-permit.js';

/** This suite is about answers, not about their time: a busy machine must not cut the connection. */
const PATIENT_MS = 5000;

describe('RedisCacheStore', () => {
  itKeepsTheCacheStoreContract(async () => {
    const redis = await createTestRedis();
    const connected = await new ConnectedStore(redis.url, { deadlineMs: PATIENT_MS }).trusted();
    return {
      store: connected.store,
      empty: () => redis.flush(),
      close: async () => {
        await connected.close();
        await redis.stop();
      },
    };
  });

  describe('on Valkey', () => {
    itKeepsTheCacheStoreContract(async () => {
      const valkey = await RedisServer.start({ program: 'valkey-server' });
      const connected = await new ConnectedStore(valkey.url, { deadlineMs: PATIENT_MS }).trusted();
      return {
        store: connected.store,
        empty: async () => {
          await valkey.cli('FLUSHDB');
        },
        close: async () => {
          await connected.close();
          await valkey.stop();
        },
      };
    });
  });

  describe('on the server', () => {
    let redis: TestRedis;
    let connected: ConnectedStore;
    beforeEach(async () => {
      redis = await createTestRedis();
      connected = await new ConnectedStore(redis.url, { deadlineMs: PATIENT_MS }).trusted();
    });
    afterEach(async () => {
      await connected.close();
      await redis.stop();
    });

    it('keeps JSON text, with a life that the server ends', async () => {
      const { store } = connected;
      await store.set('plain', { a: 1 }, 30_000);
      await store.fill('filled', await store.lease('filled', 5000), { b: [2] }, 30_000);
      await store.lease('leased', 5000);
      await withRedis(redis.url, async (server) => {
        expect(await server.send('GET', 'plain')).toBe('{"a":1}');
        expect(await server.send('GET', 'filled')).toBe('{"b":[2]}');
        for (const [key, most] of [
          ['plain', 30_000],
          ['filled', 30_000],
          ['{leased}:lease', 5000],
        ] as const) {
          const life = Number(await server.send('PTTL', key));
          expect(life).toBeGreaterThan(0);
          expect(life).toBeLessThanOrEqual(most);
        }
        expect(await server.send('EXISTS', '{filled}:lease')).toBe(0);
      });
    });

    it('sends two commands in one write for what many requests read in one turn', async () => {
      const { commands, reads } = await monitorCommands(redis.url, async () => {
        const answers: Promise<unknown>[] = [];
        for (let request = 0; request < 20; request += 1) {
          answers.push(
            connected.store.get(`first of ${request}`, ENDLESS),
            connected.store.get(`second of ${request}`, ENDLESS),
          );
          await Promise.resolve();
        }
        await Promise.all(answers);
      });
      expect(commands).toEqual({ mget: 2 });
      expect(reads).toBe(1);
    });

    it('estimates the numbers of very many entries from a part of them', async () =>
      withRedis(redis.url, async (server) => {
        const fill =
          "for i = 1, tonumber(ARGV[1]) do redis.call('SET', KEYS[1] .. i, 1) end return redis.call('DBSIZE')";
        await server.send('EVAL', fill, '1', 'user:', '45000');
        expect(await server.send('EVAL', fill, '1', 'blacklist:', '15000')).toBe(60_000);
        const scans = async () =>
          Number(
            /cmdstat_scan:calls=(\d+)/.exec(String(await server.send('INFO', 'commandstats')))?.[1] ?? 0,
          );
        const before = await scans();
        const [users = 0, tokens = 0, others] = await connected.store.count([
          'user:',
          'blacklist:',
          'other:',
        ]);
        expect(users).toBeGreaterThan(42_000);
        expect(users).toBeLessThan(48_000);
        expect(tokens).toBeGreaterThan(12_000);
        expect(tokens).toBeLessThan(18_000);
        expect(others).toBe(0);
        expect((await scans()) - before).toBeLessThan(20);
      }));
  });
});
