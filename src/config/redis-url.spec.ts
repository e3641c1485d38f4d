import { ConfigurationError } from './configuration.error.js';
import { parseRedisUrl } from './redis-url.js';

describe('parseRedisUrl', () => {
  const plain = {
    tls: false,
    username: undefined,
    password: undefined,
    database: 0,
    endpoints: [{ host: 'cache', port: 6379 }],
    sentinelMaster: undefined,
    isCluster: false,
  };

  it.each([
    ['redis://cache', {}],
    ['redis://cache/', {}],
    ['redis://cache:6380', { endpoints: [{ host: 'cache', port: 6380 }] }],
    ['redis://cache/3', { database: 3 }],
    ['rediss://cache', { tls: true }],
    ['redis://:secret@cache:6379/0', { password: 'secret' }],
    ['redis://app:secret@cache', { username: 'app', password: 'secret' }],
    ['redis://app@cache', { username: 'app' }],
    ['redis://:@cache', {}],
    ['redis://:a:b@cache', { password: 'a:b' }],
    ['redis://us%3Aer:p%40ss%2F%25%C3%A4@cache', { username: 'us:er', password: 'p@ss/%ä' }],
    ['redis://127.0.0.1', { endpoints: [{ host: '127.0.0.1', port: 6379 }] }],
    ['redis://[::1]', { endpoints: [{ host: '::1', port: 6379 }] }],
    [
      'redis://:x@[fe80::1]:7000/2',
      { password: 'x', database: 2, endpoints: [{ host: 'fe80::1', port: 7000 }] },
    ],
  ])('reads %s', (url, expected) => expect(parseRedisUrl(url)).toMatchObject({ ...plain, ...expected }));

  it.each([
    ['redis+sentinel://one/main', { endpoints: [{ host: 'one', port: 26379 }], sentinelMaster: 'main' }],
    [
      'rediss+sentinel://app:pw@one:1000,two,[::1]:3000/main/5',
      {
        tls: true,
        username: 'app',
        password: 'pw',
        database: 5,
        sentinelMaster: 'main',
        endpoints: [
          { host: 'one', port: 1000 },
          { host: 'two', port: 26379 },
          { host: '::1', port: 3000 },
        ],
      },
    ],
  ])('reads %s', (url, expected) => expect(parseRedisUrl(url)).toMatchObject({ ...plain, ...expected }));

  it.each([
    ['redis+cluster://one', { endpoints: [{ host: 'one', port: 6379 }] }],
    ['redis+cluster://one/', { endpoints: [{ host: 'one', port: 6379 }] }],
    ['redis+cluster://one/0', { endpoints: [{ host: 'one', port: 6379 }] }],
    [
      'rediss+cluster://app:p%40ss@one:7000,two,[::1]:7002',
      {
        tls: true,
        username: 'app',
        password: 'p@ss',
        endpoints: [
          { host: 'one', port: 7000 },
          { host: 'two', port: 6379 },
          { host: '::1', port: 7002 },
        ],
      },
    ],
  ])('reads %s', (url, expected) =>
    expect(parseRedisUrl(url)).toMatchObject({ ...plain, isCluster: true, ...expected }),
  );

  it('has a label without user name and password', () => {
    expect(parseRedisUrl('redis://app:s3cret@cache:1/2').label).toBe('redis://cache:1/2');
    expect(parseRedisUrl('redis+sentinel://:s3cret@one,two/main').label).toBe(
      'redis+sentinel://one,two/main',
    );
    expect(parseRedisUrl('redis+cluster://:s3cret@one,two').label).toBe('redis+cluster://one,two');
    expect(parseRedisUrl('redis://cache').label).toBe('redis://cache');
  });

  it.each([
    ['another protocol', 'http://s3cret@cache'],
    ['no host', 'redis://'],
    ['no host but a port', 'redis://:6379'],
    ['no host but a password', 'redis://:s3cret@/0'],
    ['a port that is no number', 'redis://cache:s3cret'],
    ['a port that there cannot be', 'redis://cache:65536'],
    ['a port of too many digits', 'redis://cache:123456'],
    ['a database that is no number', 'redis://cache/s3cret'],
    ['a database below 0', 'redis://cache/-1'],
    ['a fraction of a database', 'redis://cache/1.5'],
    ['a database in another notation', 'redis://cache/0x1'],
    ['two databases', 'redis://cache/1/2'],
    ['several hosts without Sentinel or Cluster', 'redis://one,two'],
    ['a database of a cluster', 'redis+cluster://one,two/1'],
    ['a master name on a cluster', 'redis+cluster://one,two/s3cret'],
    ['Sentinel without a master', 'redis+sentinel://one,two'],
    ['a password that is not percent-encoded', 'redis://:s3cret%zz@cache'],
    ['a password with a bare @', 'redis://:s3@cret@cache'],
    ['a password with a bare /', 'redis://:s3/cret@cache'],
    ['a query', 'redis://cache?password=s3cret'],
    ['text', 's3cret'],
  ])('refuses %s, and shows no part of the URL', (_, url) => {
    let caught: unknown;
    try {
      parseRedisUrl(url);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ConfigurationError);
    expect((caught as Error).message).toContain('REDIS_URL');
    expect((caught as Error).message).not.toMatch(/s3|cret/);
  });
});
