import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { basic } from '../support/app/oauth-client.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { OBSERVABILITY, Prometheus, promtool } from '../support/prometheus/prometheus.js';
import { waitFor } from '../support/wait-for.js';
import { Deployment, PASSWORD } from './support/suite.js';

interface Rule {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}
interface Panel {
  type: string;
  title: string;
  targets?: { expr: string }[];
}

/** Without a failure of the service it has nothing to show. */
const MAY_BE_EMPTY = 'Share of server errors';
/** An account has 100 logins in the window of the limits. */
const USERS = 20;
const GROUPS = [
  'Traffic',
  'Verdicts',
  'Cache and Redis',
  'PostgreSQL',
  'Hashing and limits',
  'Channels and feed',
  'Mail',
  'Accounts',
];

const read = (name: string) => readFile(join(OBSERVABILITY, name), 'utf8');
const rulesOf = async () =>
  (parse(await read('rules.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const panelsOf = async () => (JSON.parse(await read('dashboard.json')) as { panels: Panel[] }).panels;
const metricsIn = (expressions: readonly string[]) =>
  new Set(expressions.flatMap((text) => text.match(/\b(ergodrive|nodejs|process)_\w+/g) ?? []));

describe('the alert rules', () => {
  it('are accepted by promtool, with the configuration that loads them', async () => {
    await expect(promtool('check', 'rules', 'rules.yaml')).resolves.toContain('SUCCESS');
    await expect(promtool('check', 'config', 'prometheus.yml')).resolves.toContain('SUCCESS');
  });

  it('fire for the series of their tests, and stay quiet for others', async () => {
    await expect(promtool('test', 'rules', 'rules.test.yaml')).resolves.toContain('SUCCESS');
  });

  it('each have a test in which they fire, and one in which they stay quiet', async () => {
    const { tests } = parse(await read('rules.test.yaml')) as { tests: { name: string }[] };
    const alerts = (await rulesOf()).map(({ alert }) => alert);
    expect(tests.map(({ name }) => name)).toEqual(
      alerts.flatMap((alert) => [`${alert} fires`, `${alert} is quiet`]),
    );
  });

  it('each name their own section of the runbook, which has no other sections', async () => {
    const runbook = await readFile('docs/runbook.md', 'utf8');
    const sections = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, title]) => title);
    const rules = await rulesOf();
    expect(sections).toEqual(rules.map(({ alert }) => alert));
    for (const { alert, annotations } of rules)
      expect(annotations['runbook_url']).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    const parts = ['Means', 'Still holds', 'Look', 'Do'];
    for (const section of runbook.split(/^## /m).slice(1))
      expect(parts.filter((part) => !section.includes(`**${part}:** `))).toEqual([]);
  });
});

describe('the dashboard and the rules', () => {
  let keys: SigningKeysFile;
  let deployment: Deployment;
  let prometheus: Prometheus;
  let isOver = false;
  let traffic: Promise<void>;

  beforeAll(async () => {
    keys = await SigningKeysFile.create();
    deployment = await Deployment.start({
      instances: [{ RATE_LIMIT_ENABLED: 'true', SIGNING_KEYS_FILE: keys.path }],
    });
    prometheus = await Prometheus.start(new URL(deployment.apps[0]!.url).host);
    traffic = useEverything();
  }, 180_000);
  afterAll(async () => {
    isOver = true;
    await traffic;
    await prometheus.stop();
    await deployment.stop();
    await keys.remove();
  });

  /** Repeats what a few users, a guesser and a receiver of the feed do, until the test is over. */
  async function useEverything(): Promise<void> {
    const { client_id, client_secret } = await deployment.registerClient();
    const headers = { authorization: basic({ id: client_id, secret: client_secret }) };
    const api = deployment.client();
    const members = await Promise.all(Array.from({ length: USERS }, () => deployment.accounts().register()));
    for (let cursor = '', turn = 0; !isOver; turn++) {
      const { tokens, client } = await deployment.accounts().logIn(members[turn % USERS]!);
      await client.get('/api/v1/users/me');
      await api.post('/api/v1/auth/refresh', { refresh_token: tokens.refresh_token });
      await client.post('/api/v1/auth/logout');
      await api.post('/api/v1/auth/login/json', {
        email: 'guessed@example.org',
        password: `not ${PASSWORD}`,
      });
      const { body } = await api.post<{ cursor: string }>(
        '/api/v1/events/poll',
        { cursor, waitMs: 1000 },
        { headers },
      );
      cursor = body.cursor;
    }
  }

  it('name only metrics that a running instance has', async () => {
    const { body } = await deployment.client().get<string>('/metrics');
    const types = new Map([...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]));
    const queries = (await panelsOf()).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const named = metricsIn([...queries, ...(await rulesOf()).map(({ expr }) => expr)]);
    expect(named.size).toBeGreaterThan(25);
    const exists = (name: string) =>
      types.has(name) || types.get(name.replace(/_(bucket|sum|count)$/, '')) === 'histogram';
    expect([...named].filter((name) => !exists(name))).toEqual([]);
  });

  it('show every metric of the service', async () => {
    const { body } = await deployment.client().get<string>('/metrics');
    const existing = [...body.matchAll(/^# TYPE (ergodrive_\w+) /gm)].map(([, name]) => name ?? '');
    const queries = (await panelsOf()).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join();
    expect(existing.filter((name) => !queries.includes(name))).toEqual([]);
  });

  it('have queries that return data from a running instance', async () => {
    const panels = await panelsOf();
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(GROUPS);
    for (const { title, targets = [] } of panels)
      for (const { expr } of targets) {
        const query = expr.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*');
        if (title === MAY_BE_EMPTY) await prometheus.query(query);
        else
          await waitFor(async () => (await prometheus.query(query)).length > 0, {
            what: `data for ${title}: ${query}`,
            timeoutMs: 60_000,
            intervalMs: 500,
          });
      }
  }, 240_000);

  it('are evaluated without an error', async () => {
    await waitFor(async () => (await prometheus.query('up{job="ergodrive"}'))[0] === '1', {
      what: 'the instance to be scraped',
      timeoutMs: 60_000,
    });
    await expect(prometheus.failingRules()).resolves.toEqual([]);
  });
});
