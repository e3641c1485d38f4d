import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AppConfig } from './app-config.js';
import { problemsOfConfiguration } from '../../test/support/problems-of-configuration.js';
import { loadConfig } from './load-config.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const own = { ISSUER_URL: 'https://auth.example.org', DATABASE_URL: 'postgresql://db/x' };
const production = { NODE_ENV: 'production', ...own };

const load = (variables: Record<string, string | undefined>) =>
  loadConfig({ JWT_SECRET: SECRET, ...variables });

/** The problems of an environment that must be refused. */
const problemsOf = (variables: Record<string, string | undefined>) =>
  problemsOfConfiguration({ JWT_SECRET: SECRET, ...variables });

const eachValueOf = (table: Record<string, string[]>) =>
  Object.entries(table).flatMap(([name, values]) => values.map((value) => [name, value] as const));

describe('loadConfig', () => {
  it('has a default for everything', () => {
    const config = load({});
    expect(config).toMatchObject({
      name: 'ergodrive-backend',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      environment: 'development',
      log: { level: 'info', isJson: false, hasRequests: true },
      http: { port: 8000, trustedProxies: 0 },
      issuerUrl: 'http://localhost:8000',
      dataDir: resolve('.data'),
      database: { target: undefined, direct: undefined, schema: 'public' },
      cache: { redis: undefined, deadlineMs: 100, ttlSeconds: 1800 },
      tokens: { accessTtlSeconds: 1800, refreshTtlSeconds: 7 * 86_400, refreshGraceSeconds: 10 },
      firstAdmin: undefined,
      passwords: { minLength: 8, maxLength: 128, refuseCommon: false, hibpUrl: undefined },
      rateLimitEnabled: true,
      isProduction: false,
    });
    expect(config.http.corsOrigins).not.toEqual([]);
  });

  it('takes an empty variable for an absent one, as compose files write it', () => {
    const empty = { PORT: '', REDIS_URL: '', DATABASE_URL: '', CORS_ORIGINS: '', ADMIN_EMAIL: '' };
    expect(load({ ...empty, NODE_ENV: undefined })).toEqual(load({}));
  });

  it('ignores variables that it does not know', () =>
    expect(load({ PATH: '/bin', npm_config_x: '1', __proto__: 'x' })).toEqual(load({})));

  it.each<[string, string, (config: AppConfig) => unknown, unknown]>([
    ['PORT', '0', ({ http }) => http.port, 0],
    ['PORT', '65535', ({ http }) => http.port, 65535],
    ['MANAGEMENT_PORT', '9000', ({ http }) => http.management, { port: 9000 }],
    ['MANAGEMENT_PORT', '8000', ({ http }) => http.management, 'shared'],
    ['ISSUER_URL', 'https://auth.example.org/', ({ issuerUrl }) => issuerUrl, 'https://auth.example.org'],
    ['PORT', '8001', ({ issuerUrl }) => issuerUrl, 'http://localhost:8001'],
    ['HOST', '0.0.0.0', ({ http }) => http.host, '0.0.0.0'],
    ['NODE_ENV', 'test', ({ environment }) => environment, 'test'],
    ['APP_NAME', 'other', ({ name }) => name, 'other'],
    ['DATABASE_URL', 'postgres://u:p@db/x', (c) => c.database.target?.label, 'postgresql://db:5432/x'],
    ['DATABASE_SCHEMA', 'auth', ({ database }) => database.schema, 'auth'],
    ['DATABASE_POOL_SIZE', '7', ({ database }) => database.poolSize, 7],
    ['DATABASE_TIMEOUT_MS', '500', ({ database }) => database.timeoutMs, 500],
    ['REDIS_URL', 'redis://:p@cache/1', ({ cache }) => cache.redis?.database, 1],
    ['REDIS_URL', 'rediss+cluster://one,two', ({ cache }) => cache.redis?.isCluster, true],
    ['CACHE_DEADLINE_MS', '50', ({ cache }) => cache.deadlineMs, 50],
    ['ACCESS_TOKEN_EXPIRE_MINUTES', '5', (c) => [c.tokens.accessTtlSeconds, c.cache.ttlSeconds], [300, 300]],
    ['REFRESH_TOKEN_EXPIRE_DAYS', '2', ({ tokens }) => tokens.refreshTtlSeconds, 172_800],
    ['REFRESH_GRACE_SECONDS', '0', ({ tokens }) => tokens.refreshGraceSeconds, 0],
    ['SESSION_MAX_DAYS', '3', ({ sessions }) => sessions.maxAgeSeconds, 259_200],
    ['SESSIONS_PER_USER', '1', ({ sessions }) => sessions.maxPerUser, 1],
    ['RATE_LIMIT_ENABLED', 'false', ({ rateLimitEnabled }) => rateLimitEnabled, false],
    ['RATE_LIMIT_ENABLED', 'true', ({ rateLimitEnabled }) => rateLimitEnabled, true],
    ['PASSWORD_MIN_LENGTH', '15', ({ passwords }) => passwords.minLength, 15],
    ['PASSWORD_MAX_LENGTH', '64', ({ passwords }) => passwords.maxLength, 64],
    ['PASSWORD_REFUSE_COMMON', 'true', ({ passwords }) => passwords.refuseCommon, true],
    ['PASSWORD_CHECK_HIBP', 'true', (c) => c.passwords.hibpUrl, 'https://api.pwnedpasswords.com/range'],
    ['PASSWORD_HIBP_URL', 'http://hibp:1/range/', ({ passwords }) => passwords.hibpUrl, undefined],
    ['LOG_LEVEL', 'warn', ({ log }) => log.level, 'warn'],
    ['LOG_REQUESTS', 'false', ({ log }) => log.hasRequests, false],
    ['TRUSTED_PROXIES', '2', ({ http }) => http.trustedProxies, 2],
    ['MAX_CONNECTIONS', '10', ({ http }) => http.maxConnections, 10],
    ['DATA_DIR', '/var/lib/x', ({ dataDir }) => dataDir, '/var/lib/x'],
    [
      'CORS_ORIGINS',
      ' https://a.example , http://b:1 ,',
      (c) => c.http.corsOrigins,
      ['https://a.example', 'http://b:1'],
    ],
    ['CORS_ORIGINS', '*', ({ http }) => http.corsOrigins, ['*']],
  ])('reads %s=%s', (name, value, read, expected) => expect(read(load({ [name]: value }))).toEqual(expected));

  it.each(
    eachValueOf({
      NODE_ENV: ['prod-s3cret'],
      PORT: ['65536', '-1', '80.5', 's3cret'],
      MANAGEMENT_PORT: ['0', '65536'],
      DATABASE_URL: [
        ...['mysql://s3cret', 'postgresql://', 'postgresql://user:s3cret#x@db/x'],
        ...['postgresql://us#s3cret@db/x', 'postgresql://user:s3cret%@db/x'],
        ...['postgresql://user:s3cret@db:port/x', 'postgresql:///s3cret'],
      ],
      DATABASE_POOL_SIZE: ['0'],
      DATABASE_TIMEOUT_MS: ['99'],
      REDIS_URL: ['http://s3cret', 'redis://cache/s3cret'],
      CACHE_DEADLINE_MS: ['4', '1e9'],
      ACCESS_TOKEN_EXPIRE_MINUTES: ['0', '1441'],
      REFRESH_TOKEN_EXPIRE_DAYS: ['0'],
      REFRESH_GRACE_SECONDS: ['-1', '301'],
      SESSION_MAX_DAYS: ['0'],
      SESSIONS_PER_USER: ['0'],
      RATE_LIMIT_ENABLED: ['yes-s3cret', 'False'],
      PASSWORD_MIN_LENGTH: ['7', '65'],
      PASSWORD_MAX_LENGTH: ['63', '513'],
      PASSWORD_REFUSE_COMMON: ['yes-s3cret'],
      PASSWORD_CHECK_HIBP: ['1-s3cret'],
      PASSWORD_HIBP_URL: ['ftp://s3cret', 'https://user:s3cret@hibp/range', 'https://hibp:99999/s3cret'],
      LOG_LEVEL: ['s3cret'],
      LOG_REQUESTS: ['s3cret'],
      TRUSTED_PROXIES: ['11'],
      MAX_CONNECTIONS: ['9'],
      CORS_ORIGINS: ['app.example.org/s3cret', 'https://a.example/path'],
      APP_NAME: ['s3cret'.repeat(20)],
      JWT_SECRET: ['s3cret'],
    }),
  )('refuses %s=%s, by name and without the value', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).not.toEqual([]);
    for (const problem of problems) {
      expect(problem).toMatch(new RegExp(`^${name} .*(must|is)\\b`));
      expect(problem).not.toContain('s3cret');
    }
  });

  it('refuses an ADMIN_EMAIL or ADMIN_PASSWORD that is alone or invalid', () => {
    const [email, password] = ['admin@example.org', 's3cret-Test1234'];
    expect(load({ ADMIN_EMAIL: email, ADMIN_PASSWORD: password }).firstAdmin).toEqual({ email, password });
    for (const [variables, name] of [
      [{ ADMIN_EMAIL: email }, 'ADMIN_PASSWORD'],
      [{ ADMIN_PASSWORD: password }, 'ADMIN_EMAIL'],
      [{ ADMIN_EMAIL: 's3cret', ADMIN_PASSWORD: password }, 'ADMIN_EMAIL'],
      [{ ADMIN_EMAIL: email, ADMIN_PASSWORD: 's3cret' }, 'ADMIN_PASSWORD'],
    ] as const) {
      const [problem, ...others] = problemsOf(variables);
      expect(others).toEqual([]);
      expect(problem).toContain(name);
      expect(problem).not.toContain('s3cret');
    }
  });

  it('names all problems at once', () => {
    const two = { REDIS_URL: 'redis://a/b', ADMIN_EMAIL: 'a@b.cd' };
    const problems = problemsOf({ PORT: 'x', JWT_SECRET: 'x', CORS_ORIGINS: 'x', ...two });
    for (const name of ['PORT', 'REDIS_URL', 'JWT_SECRET', 'CORS_ORIGINS', 'ADMIN_EMAIL'])
      expect(problems.filter((problem) => problem.includes(name))).toHaveLength(1);
  });

  describe('for the signing key', () => {
    it('requires a secret of its own that is long enough in production', () => {
      expect(load(production).tokens.key.symmetricKeySize).toBe(32);
      for (const secret of [
        undefined,
        '',
        'short',
        SECRET.slice(1),
        'change-me-change-me-change-me-change-me',
        'CHANGEME_CHANGEME_CHANGEME_CHANGEME',
        'your-secret-key-your-secret-key-your-secret-key',
        'x'.repeat(64),
        'this-is-only-an-example-of-a-secret-key',
      ]) {
        const [problem = ''] = problemsOf({ ...production, JWT_SECRET: secret });
        expect(problem).toContain('JWT_SECRET');
        if (secret) expect(problem).not.toContain(secret);
      }
    });

    it('counts the bytes of the secret, not its characters', () =>
      expect(load({ ...production, JWT_SECRET: 'äöüÄÖÜßéèêàâôûîç' }).tokens.key.symmetricKeySize).toBe(32));

    it('makes a secret in development and keeps it in a file for the owner alone', () => {
      const folder = mkdtempSync(join(tmpdir(), 'load-config-'));
      const DATA_DIR = join(folder, 'data');
      const first = load({ JWT_SECRET: '', DATA_DIR }).tokens.key;
      const file = join(DATA_DIR, 'jwt-secret');
      expect(load({ JWT_SECRET: undefined, DATA_DIR }).tokens.key.equals(first)).toBe(true);
      expect(Buffer.from(readFileSync(file, 'utf8'), 'base64').length).toBeGreaterThanOrEqual(32);
      expect(statSync(file).mode & 0o077).toBe(0);
      expect(load({ JWT_SECRET: '', DATA_DIR: join(folder, 'other') }).tokens.key.equals(first)).toBe(false);
      rmSync(folder, { recursive: true });
    });
  });

  it('requires an issuer and a database of its own in production', () => {
    const both = ['ISSUER_URL is required in production', 'DATABASE_URL is required in production'];
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual(both);
    expect(problemsOf({ NODE_ENV: 'production', DATABASE_URL: '', ISSUER_URL: '' })).toEqual(both);
  });

  it('allows no origin by default in production', () => {
    const config = load(production);
    expect(config.http.corsOrigins).toEqual([]);
    expect(config.isProduction).toBe(true);
  });
});
