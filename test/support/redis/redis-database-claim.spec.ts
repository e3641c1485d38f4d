import { claimRedisDatabase } from './redis-database-claim.js';
import { withRedis } from './redis-connection.js';
import { RedisServer } from './redis-server.js';

describe('claimRedisDatabase', () => {
  let redis: RedisServer;

  beforeEach(async () => {
    redis = await RedisServer.start();
  });

  afterEach(() => redis.stop());

  it('gives suites different empty databases and leaves other keys alone', async () => {
    await withRedis(`${redis.url}/1`, (other) => other.send('SET', 'theirs', '1'));
    const suites = await Promise.all([1, 2, 3].map(() => claimRedisDatabase(redis.url)));
    const urls = suites.map(({ url }) => url);
    expect(new Set(urls).size).toBe(3);
    expect(urls).not.toContain(`${redis.url}/1`);
    for (const url of urls) await withRedis(url, (suite) => suite.send('SET', 'ours', '1'));
    await Promise.all(suites.map((suite) => suite.stop()));
    await expect(redis.cli('INFO', 'keyspace')).resolves.toMatch(/^# Keyspace\r\ndb1:keys=1,[^\n]*\n$/);
  });

  it('refuses a named database that holds keys', async () => {
    await withRedis(`${redis.url}/4`, (other) => other.send('SET', 'theirs', '1'));
    await expect(claimRedisDatabase(`${redis.url}/4`)).rejects.toThrow('database 4 holds keys');
  });

  it('gives a database on once its suite is done', async () => {
    const url = `${redis.url}/2`;
    const first = await claimRedisDatabase(url);
    await expect(claimRedisDatabase(url)).rejects.toThrow('used by another suite');
    await first.stop();
    await (await claimRedisDatabase(url)).stop();
  });
});
