import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../process/process-tree.js';
import { RedisServer } from './redis-server.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';

describe('RedisServer', () => {
  let redis: RedisServer;

  afterEach(() => redis.stop());

  it('starts on a port of its own and leaves nothing behind', async () => {
    redis = await RedisServer.start();
    const [, dir] = (await redis.cli('CONFIG', 'GET', 'dir')) as [string, string];
    expect(redis.port).not.toBe(6379);
    expect(existsSync(dir)).toBe(true);
    await redis.stop();
    expect(isAlive(redis.pid)).toBe(false);
    expect(existsSync(dir)).toBe(false);
  });

  it('asks for its password and takes more options', async () => {
    redis = await RedisServer.start({ password: 'p@ss/word', args: ['--maxmemory', '10mb'] });
    await expect(redis.cli('CONFIG', 'GET', 'maxmemory')).resolves.toEqual(['maxmemory', '10485760']);
    expect(redis.url).toContain('p%40ss%2Fword');
  });

  it('loses unsaved data in a crash', async () => {
    redis = await RedisServer.start();
    const { port } = redis;
    await redis.cli('SET', 'key', 'value');
    await redis.kill9();
    expect(redis.running).toBe(false);
    await expect(redis.cli('PING')).rejects.toThrow();
    await redis.restart({ keepData: true });
    expect(redis.port).toBe(port);
    await expect(redis.cli('GET', 'key')).resolves.toBeNull();
  });

  it('restarts with its data, without it, and with an older snapshot', async () => {
    redis = await RedisServer.start();
    const folder = await makeTemporaryDirectory('snapshot');
    const snapshot = join(folder, 'old.rdb');
    await redis.cli('SET', 'key', 'old');
    await redis.save(snapshot);
    await redis.cli('SET', 'key', 'new');
    await redis.restart({ keepData: true });
    await expect(redis.cli('GET', 'key')).resolves.toBe('new');
    await redis.restart({ keepData: true, rdb: snapshot });
    await expect(redis.cli('GET', 'key')).resolves.toBe('old');
    await redis.restart({ keepData: false });
    await expect(redis.cli('GET', 'key')).resolves.toBeNull();
    await removeTemporaryDirectory(folder);
  });

  it('answers nothing while frozen, and answers what was asked once thawed', async () => {
    redis = await RedisServer.start();
    redis.freeze();
    const answer = redis.cli('PING');
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200, 'silence'))]);
    expect(first).toBe('silence');
    redis.thaw();
    await expect(answer).resolves.toBe('PONG');
  });

  it('stops even while frozen', async () => {
    redis = await RedisServer.start();
    redis.freeze();
    await redis.stop();
    expect(isAlive(redis.pid)).toBe(false);
  });

  it('throws with the log when it does not start', async () => {
    redis = await RedisServer.start();
    await expect(RedisServer.start({ args: ['--no-such-option', 'x'] })).rejects.toThrow(/no-such-option/);
  });
});
