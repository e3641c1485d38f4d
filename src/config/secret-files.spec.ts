import 'reflect-metadata';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemsOfConfiguration as problemsOf } from '../../test/support/problems-of-configuration.js';
import { loadConfig } from './load-config.js';
import { withSecretFiles } from './secret-files.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'secret-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(content: string | Buffer, name = 'secret'): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('secrets in files', () => {
  it.each([
    ['JWT_SECRET', SECRET],
    ['DATABASE_URL', 'postgresql://u:p@db/x'],
    ['DATABASE_DIRECT_URL', 'postgresql://u:p@db/x'],
    ['REDIS_URL', 'redis://:p@cache'],
    ['REDIS_SENTINEL_PASSWORD', 'p@ss word'],
    ['ADMIN_PASSWORD', 'correct horse battery'],
  ])('take the place of %s, without the line break at the end', (name, value) => {
    for (const end of ['', '\n', '\r\n']) {
      const variables = { PORT: '1', [`${name}_FILE`]: write(`${value}${end}`) };
      expect(withSecretFiles({ ...variables })).toEqual({ ...variables, [name]: value });
    }
  });

  it('are part of the configuration as if their variables were set', () => {
    const config = loadConfig({
      NODE_ENV: 'production',
      ISSUER_URL: 'https://auth.example.org',
      JWT_SECRET_FILE: write(`${SECRET}\n`, 'jwt'),
      DATABASE_URL_FILE: write('postgresql://u:p@db/x\n', 'database'),
      DATABASE_DIRECT_URL_FILE: write('postgresql://u:p@direct/x\n', 'direct'),
      REDIS_URL_FILE: write('redis+sentinel://:p@one,two/main\n', 'redis'),
      REDIS_SENTINEL_PASSWORD_FILE: write('p@ss\n', 'sentinel'),
      ADMIN_EMAIL: 'admin@example.org',
      ADMIN_PASSWORD_FILE: write('correct horse battery\n', 'admin'),
    });
    expect(config.tokens.key.equals(loadConfig({ JWT_SECRET: SECRET }).tokens.key)).toBe(true);
    const { target, direct } = config.database;
    expect(target).toMatchObject({ client: { password: 'p' }, label: 'postgresql://db:5432/x' });
    expect(direct?.label).toBe('postgresql://direct:5432/x');
    expect(config.cache.redis).toMatchObject({ password: 'p', sentinelLogin: { password: 'p@ss' } });
    expect(config.firstAdmin?.password).toBe('correct horse battery');
  });

  it('may be links, as in a volume of Kubernetes', () => {
    symlinkSync(write(SECRET), join(folder, 'link'));
    expect(withSecretFiles({ JWT_SECRET_FILE: join(folder, 'link') })).toMatchObject({ JWT_SECRET: SECRET });
  });

  it('are refused beside their variable, but an empty variable counts as absent', () => {
    const JWT_SECRET_FILE = write(SECRET);
    expect(problemsOf({ JWT_SECRET: SECRET, JWT_SECRET_FILE })).toEqual([
      'JWT_SECRET and JWT_SECRET_FILE must not be set together',
    ]);
    expect(withSecretFiles({ JWT_SECRET: '', JWT_SECRET_FILE })).toMatchObject({ JWT_SECRET: SECRET });
    const empty = withSecretFiles({ JWT_SECRET: SECRET, JWT_SECRET_FILE: '' });
    expect(empty).toMatchObject({ JWT_SECRET: SECRET });
  });

  it.each<[string, (path: string) => unknown, RegExp]>([
    ['is missing', () => undefined, /cannot be read \(ENOENT\)/],
    ['is empty', (path) => writeFileSync(path, ''), /must not be empty/],
    ['has a line break only', (path) => writeFileSync(path, '\r\n'), /must not be empty/],
    ['has too much', (path) => writeFileSync(path, 's3cret'.repeat(11_000)), /at most 65536 bytes/],
    ['is no text', (path) => writeFileSync(path, Buffer.from([0x73, 0xff])), /must be UTF-8 text/],
    ['is a folder', (path) => symlinkSync(tmpdir(), path), /must be a file/],
    ['is a device without end', (path) => symlinkSync('/dev/zero', path), /must be a file/],
  ])(
    'stop the start with the variable and the path, but not the content, when the file %s',
    (_, prepare, words) => {
      const path = join(folder, 's');
      prepare(path);
      const [problem, ...others] = problemsOf({ JWT_SECRET_FILE: path });
      expect(others).toEqual([]);
      expect(problem).toMatch(words);
      expect(problem).toContain(`JWT_SECRET_FILE (${path})`);
      expect(problem).not.toContain('s3cret');
    },
  );

  it('are not shown when they are set instead of their path', () => {
    for (const value of [SECRET, `/${SECRET}`, 'postgresql://u:s3cret@db/x', 's3cret/s3cret'.repeat(500)]) {
      const [problem] = problemsOf({ DATABASE_URL_FILE: value });
      expect(problem).toMatch(/^DATABASE_URL_FILE cannot be read \((ENOENT|ENAMETOOLONG)\)$/);
    }
  });

  it('are all named when several cannot be read', () =>
    expect(problemsOf({ JWT_SECRET_FILE: 'one', REDIS_URL_FILE: 'two' })).toEqual([
      expect.stringContaining('JWT_SECRET_FILE'),
      expect.stringContaining('REDIS_URL_FILE'),
    ]));
});

describe('logins in files', () => {
  it('of PostgreSQL are read again, and nothing else of the URL is', () => {
    const file = write('postgresql://one:first@db/x', 'url');
    const direct = write('postgresql://one:first@direct/x', 'direct');
    const { database } = loadConfig({ DATABASE_URL_FILE: file, DATABASE_DIRECT_URL_FILE: direct });
    const login = () => ({ user: database.target?.client.user, password: database.target?.client.password });
    write('postgresql://two:second@db/x?keepalives=1\n', 'url');
    write('postgresql://two:third@direct/x', 'direct');
    expect(login()).toEqual({ user: 'two', password: 'second' });
    expect(database.direct?.client).toMatchObject({ user: 'two', password: 'third' });
    for (const unusable of ['postgresql://three:third@elsewhere/x', 'postgresql://', '']) {
      write(unusable, 'url');
      expect(login()).toEqual({ user: 'two', password: 'second' });
    }
    rmSync(file);
    expect(login()).toEqual({ user: 'two', password: 'second' });
  });

  it('of Redis and its Sentinels are read again, and nothing else of the URL is', () => {
    const REDIS_URL_FILE = write('redis+sentinel://one:first@s/main', 'url');
    const REDIS_SENTINEL_PASSWORD_FILE = write('first', 'sentinel');
    const { cache } = loadConfig({ REDIS_URL_FILE, REDIS_SENTINEL_PASSWORD_FILE });
    const logins = () => cache.redis?.currentLogins?.();
    write('redis+sentinel://two:second@s/main\n', 'url');
    write('second\n', 'sentinel');
    const sentinelLogin = { username: undefined, password: 'second' };
    const second = { username: 'two', password: 'second', sentinelLogin };
    expect(logins()).toEqual(second);
    for (const unusable of ['redis+sentinel://three:third@elsewhere/main', 'redis://', '']) {
      write(unusable, 'url');
      expect(logins()).toEqual(second);
    }
  });
});
