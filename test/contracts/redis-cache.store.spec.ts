import { createTestRedis } from '../support/test-redis.js';
import { withRedis } from '../support/redis-connection.js';
import { itKeepsTheCacheStoreContract } from './cache-store.contract.js';
import { ConnectedStore } from './redis-store.js';

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

  describe('on the server', () => {
    it('keeps JSON text, with a life that the server ends', async () => {
      const redis = await createTestRedis();
      const connected = await new ConnectedStore(redis.url, { deadlineMs: PATIENT_MS }).trusted();
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
      await connected.close();
      await redis.stop();
    });
  });
});
