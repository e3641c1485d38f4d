import { createClient } from 'redis';
import { monitorCommands } from './command-monitor.js';
import { createTestRedis, type TestRedis } from './test-redis.js';

describe('monitorCommands', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await createTestRedis();
  });

  afterAll(() => redis.stop());

  it('counts the commands of other clients, and the reads that they took', async () => {
    const client = createClient({ url: redis.url });
    await client.connect();
    const count = await monitorCommands(redis.url, () => Promise.all([client.get('a'), client.get('b')]));
    expect(count).toEqual({ result: [null, null], commands: { get: 2 }, total: 2, reads: 1 });
    const nothing = await monitorCommands(redis.url, () => Promise.resolve());
    expect(nothing).toMatchObject({ commands: {}, total: 0, reads: 0 });
    client.destroy();
  });
});
