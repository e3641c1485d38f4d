import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { COMPOSE_FILE, ComposeFile, SECRETS_COMPOSE_FILE } from '../support/compose-file.js';

// Jest runs from the project's root.
const read = (file: string) => readFileSync(join(process.cwd(), file), 'utf8');

describe('the image', () => {
  const [stage] = read('Dockerfile')
    .split(/^FROM /m)
    .slice(-1);

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
    expect(stage).toMatch(/^ENV NODE_ENV=production\b/m);
    expect(stage).toMatch(/^USER node$/m);
  });

  it('has a folder of its user for keys and clients, from which a new volume takes the owner', () => {
    expect(stage).toMatch(/^RUN install --directory --owner=node --group=node .*\/config\b/m);
  });

  it('has no package manager, and its commands need none', () => {
    for (const path of ['lib/node_modules', 'bin/npm', 'bin/npx', 'bin/corepack', 'bin/yarn'])
      expect(stage).toMatch(new RegExp(`rm -rf .*/usr/local/${path}`));
    const files = [COMPOSE_FILE, SECRETS_COMPOSE_FILE].map(read);
    for (const text of [stage, ...files]) expect(text).not.toMatch(/["' ]np[mx]["' ,]+(run|exec|start|@)/);
  });
});

/** What the compose file demands. Letters and digits, as they become parts of URLs. */
const SECRETS = ['JWT_SECRET', 'POSTGRES_PASSWORD', 'REDIS_PASSWORD'];
const VARIABLES = Object.fromEntries(SECRETS.map((name) => [name, `the${name.replace('_', '')}`]));
/** What the compose file decides, what is for its other services, and what needs a service or a file that it does not have. */
const NOT_OF_COMPOSE = [
  ...['POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'GRAFANA_PASSWORD', 'GRAFANA_PORT', 'PROMETHEUS_PORT', 'HOST'],
  ...['DATA_DIR', 'DATABASE_DIRECT_URL', 'REDIS_SENTINEL_PASSWORD', 'REDIS_SENTINEL_USERNAME'],
  ...['MAIL_CATALOGS_DIR', 'CONSOLE_LOGO', 'MAILPIT_PORT'],
];
/** The container has no volume for other files. */
const FILES = ['SIGNING_KEYS_FILE', 'CLIENTS_FILE'];
const secondsOf = (duration = '') => Number(/^(\d+)s$/.exec(duration)?.[1]);

describe.each([COMPOSE_FILE, SECRETS_COMPOSE_FILE])('%s', (path) => {
  const compose = ComposeFile.read(path, VARIABLES);
  const { app, keys, clients } = compose.services;

  it('lets the service finish its requests: half a minute in which one may arrive, and a drain time', () => {
    const drain = /SHUTDOWN_DRAIN_SECONDS of up to (\d+),/.exec(read(path))?.[1];
    const set = compose.environmentOf('app')['SHUTDOWN_DRAIN_SECONDS'];
    expect(secondsOf(app!.stop_grace_period)).toBeGreaterThan(Number(drain ?? set ?? 0) + 30);
  });

  it('publishes ports on loopback only', () => {
    const published = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    expect(published).toContain('127.0.0.1:8000:8000');
    expect(published).toContain('127.0.0.1:9000:9000');
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('runs the service and its commands without capabilities, on a file system that they cannot write to', () => {
    const bare = { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };
    for (const service of [app, keys, clients]) expect(service).toMatchObject(bare);
  });

  it('gives the service a key pair and clients that it cannot write, and the commands no network', () => {
    const environment = compose.environmentOf('app');
    for (const name of FILES) expect(environment[name]).toMatch(/^\/config\/[a-z-]+\.(json|yaml)$/);
    const [mount] = compose.mountsOf('app');
    expect(mount).toMatchObject({ target: '/config', read_only: true });
    const command = { image: app!.image, profiles: ['commands'], network_mode: 'none' };
    for (const name of ['keys', 'clients']) {
      expect(compose.mountsOf(name)).toEqual([{ ...mount, read_only: false }]);
      expect(compose.service(name)).toMatchObject(command);
    }
  });
});

describe('the compose file', () => {
  const compose = ComposeFile.read(COMPOSE_FILE, VARIABLES);

  it('gives the service every variable of .env.example that it can use', () => {
    const given = Object.keys(compose.service('app').environment!);
    const known = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name!);
    const usable = known.filter((name) => !name.endsWith('_FILE') || FILES.includes(name));
    expect(new Set([...given, ...NOT_OF_COMPOSE])).toEqual(new Set(usable));
    expect(given.filter((name) => NOT_OF_COMPOSE.includes(name))).toEqual([]);
  });

  it.each(SECRETS)('has no default for %s: it must be set', (name) => {
    const without = () => ComposeFile.read(COMPOSE_FILE, { ...VARIABLES, [name]: '' });
    expect(without).toThrow(`required variable ${name} is missing a value: set ${name} in .env`);
  });

  it('names no other secret, and demands nothing for the profile that is not used', () => {
    const named = [...read(COMPOSE_FILE).matchAll(/\$\{(\w*(?:SECRET|PASSWORD)\w*)(.*?)\}/g)];
    expect(new Set(named.map(([, name]) => name))).toEqual(new Set([...SECRETS, 'GRAFANA_PASSWORD']));
    const defaults = named.filter(([, , rule]) => !rule!.startsWith(':?'));
    expect(defaults.map(([text]) => text)).toEqual(['${GRAFANA_PASSWORD:-}']);
  });

  it('publishes neither PostgreSQL nor Redis', () => {
    for (const name of ['postgres', 'redis']) expect(compose.service(name).ports).toBeUndefined();
  });

  it('gives each secret to the services that need it', () => {
    const holders = (name: string) =>
      Object.entries(compose.services)
        .filter(([, service]) => JSON.stringify(service).includes(VARIABLES[name]!))
        .map(([service]) => service);
    expect(SECRETS.map(holders)).toEqual([['app'], ['app', 'postgres'], ['app', 'redis']]);
  });

  it('declares each volume, and mounts files and folders of the repository that exist', () => {
    const mounts = Object.keys(compose.services).flatMap((name) => compose.mountsOf(name));
    const [files, volumes] = [true, false].map((isFile) =>
      mounts.map(({ source }) => source).filter((source) => source.includes('/') === isFile),
    );
    expect(new Set(volumes)).toEqual(new Set(compose.volumes));
    expect(files).toHaveLength(4);
    expect(files!.filter((file) => !existsSync(file))).toEqual([]);
  });
});

describe('the profile observability', () => {
  const compose = ComposeFile.read(COMPOSE_FILE, { ...VARIABLES, GRAFANA_PASSWORD: 'theGrafanaPassword' });
  const { prometheus, grafana } = compose.services;
  const mountAt = (service: string, target: string) =>
    compose.mountsOf(service).find((mount) => mount.target === target);
  const yaml = (file: string) => parse(read(file)) as Record<string, unknown>;
  const FOLDER = 'deploy/observability';

  it('has the images of certain versions, and starts nothing without the profile', () => {
    const image: unknown = expect.stringMatching(/^[a-z]+\/[a-z]+:v?\d+\.\d+\.\d+$/);
    for (const service of [prometheus, grafana])
      expect(service).toMatchObject({ image, profiles: ['observability'], cap_drop: ['ALL'] });
  });

  it('reads the metrics at the management port of the service, by the rules that are mounted', () => {
    const config = yaml(mountAt('prometheus', '/etc/prometheus/prometheus.yml')!.source);
    const port = compose.environmentOf('app')['MANAGEMENT_PORT'];
    expect(config).toMatchObject({
      rule_files: ['rules.yaml'],
      scrape_configs: [{ static_configs: [{ targets: [`app:${port}`] }] }],
    });
    expect(mountAt('prometheus', '/etc/prometheus/rules.yaml')!.source).toBe(`${FOLDER}/rules.yaml`);
  });

  it('gives Grafana this Prometheus and the dashboard', () => {
    const { source } = mountAt('grafana', '/etc/grafana/provisioning')!;
    const config = yaml(`${FOLDER}/prometheus.yml`) as { global: { scrape_interval: string } };
    const jsonData = { timeInterval: config.global.scrape_interval };
    expect(yaml(join(source, 'datasources/prometheus.yaml'))).toMatchObject({
      apiVersion: 1,
      datasources: [{ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true, jsonData }],
    });
    const { providers } = yaml(join(source, 'dashboards/ergodrive.yaml')) as {
      providers: { type: string; options: { path: string } }[];
    };
    expect(providers).toEqual([expect.objectContaining({ type: 'file' })]);
    const dashboard = mountAt('grafana', `${providers[0]!.options.path}/ergodrive.json`)!;
    expect(dashboard).toMatchObject({ source: `${FOLDER}/dashboard.json`, read_only: true });
    expect(statSync(dashboard.source).isFile()).toBe(true);
  });

  it('lets nobody into Grafana without the password that was set', async () => {
    expect(compose.environmentOf('grafana')).toEqual({
      GF_SECURITY_ADMIN_PASSWORD: 'theGrafanaPassword',
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
    });
    const [shell = '', option = '', script = ''] = grafana!.entrypoint!;
    const start = (password: string) =>
      promisify(execFile)(shell, [option, script.replace('exec /run.sh', 'echo started')], {
        env: { GF_SECURITY_ADMIN_PASSWORD: password },
      });
    await expect(start('')).rejects.toMatchObject({ code: 1, stderr: 'set GRAFANA_PASSWORD in .env\n' });
    await expect(start('theGrafanaPassword')).resolves.toMatchObject({ stdout: 'started\n' });
  });
});
