import 'reflect-metadata';
import { ConfigurationError } from './configuration.error.js';
import { parseDatabaseUrl } from './database-url.js';
import { loadConfig } from './load-config.js';

const parse = (text: string) => parseDatabaseUrl('DATABASE_URL', text);
const problemOf = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.join();
    throw error;
  }
  return '';
};

describe('parseDatabaseUrl', () => {
  it.each([
    ['postgres://user:hunter2@db:6432/x?sslmode=require', 'postgresql://db:6432/x'],
    ['postgresql://db/x', 'postgresql://db:5432/x'],
    ['postgresql:///x?host=/run/pg', 'postgresql:///run/pg:5432/x'],
    ['postgresql://user:hunter2@db,[::1]:5433/x', 'postgresql://db:5432,[::1]:5433/x'],
  ])('labels %s without user name, password and options', (url, label) =>
    expect(parse(url).label).toBe(label),
  );

  it('gives the driver user, password, database and the other options', () => {
    const options = 'options=-c%20geqo%3Doff&keepalives=1';
    const { client, servers } = parse(`postgresql://ada:p%40ss@db:6432/x?${options}`);
    expect(servers).toEqual([{ host: 'db', port: 6432 }]);
    const login = { user: 'ada', password: 'p@ss' };
    expect(client).toEqual({ ...login, database: 'x', options: '-c geqo=off', keepalives: '1' });
  });

  it.each([
    ['postgresql://%2Frun%2Fpg/x', '/run/pg', 5432],
    ['postgresql://[::1]:5433/x', '::1', 5433],
    ['postgresql://ignored:1/x?host=db&port=7', 'db', 7],
  ])('finds the host and the port of %s', (url, host, port) =>
    expect(parse(url).servers).toEqual([{ host, port }]),
  );

  it.each([
    ['postgresql://u:a,b@one:1,two/x', ['one', 1], ['two', 5432]],
    ['postgresql://[::1]:5433,[fe80::2]/x?target_session_attrs=primary', ['::1', 5433], ['fe80::2', 5432]],
    ['postgresql://%2Frun%2Fpg,two:7/x?target_session_attrs=read-write', ['/run/pg', 5432], ['two', 7]],
    ['postgresql:///x?host=one,two&port=7', ['one', 7], ['two', 7]],
    ['postgresql:///x?host=one,two&port=7,8', ['one', 7], ['two', 8]],
  ] as const)('finds each host of %s, with its port', (url, ...hosts) => {
    const { servers, client } = parse(url);
    expect(servers).toEqual(hosts.map(([host, port]) => ({ host, port })));
    expect(client).toMatchObject({ database: 'x' });
    expect(client).not.toHaveProperty('target_session_attrs');
  });

  it.each(['read-write', 'primary', 'any'])('takes target_session_attrs=%s with one host', (attributes) => {
    const { servers } = parse(`postgresql://db/x?target_session_attrs=${attributes}`);
    expect(servers).toEqual([{ host: 'db', port: 5432 }]);
  });

  it.each([
    ['postgresql://db/x?sslmode=prefer', 'sslmode disable, require, verify-ca or verify-full'],
    ['postgresql://db/x?sslmode=verify-ca', 'sslrootcert with sslmode=verify-ca'],
    ['postgresql://db/x?sslmode=require&sslrootcert=system', 'sslmode=verify-full with sslrootcert=system'],
    [
      'postgresql://db/x?sslmode=verify-full&sslrootcert=/none/hunter2',
      'a file that cannot be used (ENOENT)',
    ],
    ['postgresql://db/x?sslmode=verify-full&sslrootcert=package.json', 'a file that cannot be used'],
    ['postgresql://db/x?sslcrl=/hunter2', 'option sslcrl'],
    ['postgresql://db:0/x', 'a port that cannot be read'],
    ['postgresql://one:5432,other:port/x', 'a host that cannot be read'],
    ['postgresql://one,other:99999/x', 'a port that cannot be read'],
    ['postgresql://user:hunter2@one,,other/x', 'must name a host'],
    ['postgresql:///x?host=one,two,three&port=1,2', 'one port, or one for each host'],
    ['postgresql://one,two/x?target_session_attrs=any', 'target_session_attrs=read-write'],
    ['postgresql://one,two/x?target_session_attrs=prefer-standby', 'target_session_attrs=read-write'],
    ['postgresql://one/x?target_session_attrs=read-only', 'target_session_attrs=read-write'],
  ])('refuses %s and says why', (url, words) => {
    expect(problemOf(url)).toContain(words);
    expect(problemOf(url)).not.toContain('hunter2');
  });

  it.each([
    ['', undefined],
    ['?sslmode=disable', false],
    ['?sslmode=require', { rejectUnauthorized: false }],
    ['?sslmode=no-verify', { rejectUnauthorized: false }],
    ['?sslmode=verify-full', {}],
    ['?sslrootcert=system', {}],
    ['?ssl=true', true],
  ])('reads the options "%s" as the TLS settings %j', (options, ssl) =>
    expect(parse(`postgresql://db/x${options}`).client.ssl).toEqual(ssl),
  );
});

describe('DATABASE_DIRECT_URL', () => {
  const JWT_SECRET = 'x'.repeat(40);

  it('is the address for sessions, beside the one for requests', () => {
    const [DATABASE_URL, DATABASE_DIRECT_URL] = ['postgresql://pooler:6432/x', 'postgresql://db/x'];
    const { target, direct } = loadConfig({ JWT_SECRET, DATABASE_URL, DATABASE_DIRECT_URL }).database;
    expect(target).toMatchObject({ variable: 'DATABASE_URL', label: 'postgresql://pooler:6432/x' });
    expect(direct).toMatchObject({ variable: 'DATABASE_DIRECT_URL', label: 'postgresql://db:5432/x' });
  });

  it('is refused without DATABASE_URL, and names itself when it is wrong', () => {
    const load = (variables: Record<string, string>) => () => loadConfig({ JWT_SECRET, ...variables });
    expect(load({ DATABASE_DIRECT_URL: 'postgresql://db/x' })).toThrow('together with DATABASE_URL');
    expect(load({ DATABASE_URL: 'postgresql://db/x', DATABASE_DIRECT_URL: 'mysql://db' })).toThrow(
      'DATABASE_DIRECT_URL must be a postgresql:// URL',
    );
  });
});
