import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

// Jest runs from the project's root.
const read = (file: string) => readFileSync(join(process.cwd(), file), 'utf8');

describe('the image', () => {
  it('is built from listed files only: no version control, no secret, no spec', () => {
    const rules = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).toBe('*');
    const listed = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    for (const file of listed) expect(file).not.toMatch(/^\.(git|env|data|ci|$)/);
    expect(rules).toContain('src/**/*.spec.ts');
  });

  it('runs in production mode, as a user without rights', () => {
    const stages = read('Dockerfile').split(/^FROM /m);
    expect(stages.at(-1)).toMatch(/^ENV NODE_ENV=production\b/m);
    expect(stages.at(-1)).toMatch(/^USER node$/m);
  });

  it('has no package manager, and its commands need none', () => {
    const stage = read('Dockerfile')
      .split(/^FROM /m)
      .at(-1);
    for (const path of ['lib/node_modules', 'bin/npm', 'bin/npx', 'bin/corepack', 'bin/yarn'])
      expect(stage).toMatch(new RegExp(`rm -rf .*/usr/local/${path}`));
    const files = ['docker-compose.yml', 'deploy/docker-secrets/docker-compose.yml'].map(read);
    for (const text of [stage, ...files]) expect(text).not.toMatch(/["' ]np[mx]["' ,]+(run|exec|start|@)/);
  });
});

/** What the compose file decides, what is for its other services, and what needs a service or a file that it does not have. */
const NOT_OF_COMPOSE = [
  'POSTGRES_PASSWORD',
  'REDIS_PASSWORD',
  'HOST',
  'DATA_DIR',
  'DATABASE_DIRECT_URL',
  'REDIS_SENTINEL_PASSWORD',
  'REDIS_SENTINEL_USERNAME',
];
/** The container has no volume for it. */
const namesFile = (name: string) => name.endsWith('_FILE');

describe('the compose file', () => {
  const compose = read('docker-compose.yml');

  it('gives the service every variable of .env.example that it can use', () => {
    const [, app = ''] = compose.split(/^ {2}(?:app|postgres|redis):$/m);
    const given = [...app.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name);
    const known = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name!);
    expect(new Set([...given, ...NOT_OF_COMPOSE])).toEqual(new Set(known.filter((name) => !namesFile(name))));
    expect(given.filter((name) => NOT_OF_COMPOSE.includes(name!))).toEqual([]);
  });

  it('lets the service finish its requests: half a minute in which one may arrive, and a drain time', () => {
    const [, app = ''] = compose.split(/^ {2}(?:app|postgres|redis):$/m);
    const [, drainSeconds] = /SHUTDOWN_DRAIN_SECONDS of up to (\d+),/.exec(app) ?? [];
    const [, graceSeconds] = /^ {4}stop_grace_period: (\d+)s$/m.exec(app) ?? [];
    expect(Number(graceSeconds)).toBeGreaterThan(Number(drainSeconds) + 30);
  });

  it('has no default for a secret: each one must be set', () => {
    const secrets = [...compose.matchAll(/\$\{(\w*(?:SECRET|PASSWORD)\w*)(.*?)\}/g)];
    expect(new Set(secrets.map(([, name]) => name))).toEqual(
      new Set(['JWT_SECRET', 'POSTGRES_PASSWORD', 'REDIS_PASSWORD']),
    );
    for (const [, , rule] of secrets) expect(rule).toMatch(/^:\?/);
  });

  it('publishes the service on loopback, and PostgreSQL and Redis not at all', () => {
    const published = [...compose.matchAll(/^ +- '(.*:\d+)'$/gm)].map(([, port]) => port);
    expect(published.filter((port) => !port?.startsWith('127.0.0.1:'))).toEqual([]);
    expect(published).toContain('127.0.0.1:${PORT:-8000}:8000');
    expect(compose.match(/^ +ports:$/gm)).toHaveLength(1);
  });

  it('runs the service without capabilities, on a file system that it cannot write to', () => {
    const [, app = ''] = compose.split(/^ {2}(?:app|postgres|redis):$/m);
    expect(app).toMatch(/^ +read_only: true$/m);
    expect(app).toMatch(/^ +cap_drop:\n +- ALL$/m);
  });

  it('gives each secret to the services that need it', () => {
    const [, app = '', postgres = '', redis = ''] = compose.split(/^ {2}(?:app|postgres|redis):$/m);
    expect(app).toMatch(/JWT_SECRET/);
    expect(postgres).not.toMatch(/JWT_SECRET|REDIS_PASSWORD/);
    expect(redis).not.toMatch(/JWT_SECRET|POSTGRES_PASSWORD/);
  });
});

describe('the compose file with secrets in files', () => {
  const { services, secrets } = parse(read('deploy/docker-secrets/docker-compose.yml')) as {
    services: { app: { environment: Record<string, string>; secrets: string[] } };
    secrets: Record<string, { file: string }>;
  };

  it('gives the service each file that a variable names, and no secret in a variable', () => {
    const { environment, secrets: mounted } = services.app;
    const files = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'));
    expect(files.map(([name]) => name)).toEqual(['JWT_SECRET_FILE', 'DATABASE_URL_FILE', 'REDIS_URL_FILE']);
    expect(files.map(([, path]) => path)).toEqual(mounted.map((name) => `/run/secrets/${name}`));
    expect(Object.keys(secrets)).toEqual(mounted);
    const others = Object.keys(environment).filter((name) => !name.endsWith('_FILE'));
    expect(others).toEqual(['NODE_ENV', 'ISSUER_URL', 'TRUSTED_PROXIES', 'MANAGEMENT_PORT']);
  });
});
