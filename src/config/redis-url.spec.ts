import { ConfigurationError } from './configuration.error.js';
import { parseRedisUrl } from './redis-url.js';

describe('parseRedisUrl', () => {
  const at = (host: string, port: number) => [{ host, port }];
  const three = (one: number, two: number, last: number) =>
    [at('one', one), at('two', two), at('::1', last)].flat();
  const noLogin = { username: undefined, password: undefined };
  const single = { tls: false, database: 0, sentinelMaster: undefined, isCluster: false };
  const plain = { ...single, ...noLogin, endpoints: at('cache', 6379) };
  const many = { tls: true, username: 'app' };

  it.each([
    ['redis://cache', {}],
    ['redis://cache/', {}],
    ['redis://cache:6380', { endpoints: at('cache', 6380) }],
    ['redis://cache/3', { database: 3 }],
    ['rediss://cache', { tls: true }],
    ['redis://:secret@cache:6379/0', { password: 'secret' }],
    ['redis://app:secret@cache', { username: 'app', password: 'secret' }],
    ['redis://app@cache', { username: 'app' }],
    ['redis://:@cache', {}],
    ['redis://:a:b@cache', { password: 'a:b' }],
    ['redis://us%3Aer:p%40ss%2F%25%C3%A4@cache', { username: 'us:er', password: 'p@ss/%ä' }],
    ['redis://127.0.0.1', { endpoints: at('127.0.0.1', 6379) }],
    ['redis://[::1]', { endpoints: at('::1', 6379) }],
    ['redis://:x@[fe80::1]:7000/2', { password: 'x', database: 2, endpoints: at('fe80::1', 7000) }],
    ['redis+sentinel://one/main', { endpoints: at('one', 26379), sentinelMaster: 'main' }],
    [
      'rediss+sentinel://app:pw@one:1000,two,[::1]:3000/main/5',
      { ...many, password: 'pw', database: 5, sentinelMaster: 'main', endpoints: three(1000, 26379, 3000) },
    ],
    ['redis+cluster://one', { endpoints: at('one', 6379), isCluster: true }],
    ['redis+cluster://one/', { endpoints: at('one', 6379), isCluster: true }],
    ['redis+cluster://one/0', { endpoints: at('one', 6379), isCluster: true }],
    [
      'rediss+cluster://app:p%40ss@one:7000,two,[::1]:7002',
      { ...many, password: 'p@ss', isCluster: true, endpoints: three(7000, 6379, 7002) },
    ],
  ])('reads %s', (url, expected) => expect(parseRedisUrl(url)).toMatchObject({ ...plain, ...expected }));

  it('has a label without user name and password', () => {
    const labelOf = (url: string) => parseRedisUrl(url).label;
    expect(labelOf('redis://app:s3cret@cache:1/2')).toBe('redis://cache:1/2');
    expect(labelOf('redis+sentinel://:s3cret@one,two/main')).toBe('redis+sentinel://one,two/main');
    expect(labelOf('redis+cluster://:s3cret@one,two')).toBe('redis+cluster://one,two');
    expect(labelOf('redis://cache')).toBe('redis://cache');
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
