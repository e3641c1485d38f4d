import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { api, type ApiClient } from '../support/app/api-client.js';
import { APP_ENTRY } from '../support/app/app-build.js';
import { AppProcess } from '../support/app/app-process.js';
import type { OAuthClient } from '../support/app/oauth-client.js';
import {
  composeExample,
  environmentOf,
  filesOf,
  placeFiles,
  workloads,
  type Container,
  type Manifest,
  type PodTemplate,
} from '../support/kubernetes.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { MailServer } from '../support/mail/mail-server.js';
import { freePort } from '../support/network/free-port.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis } from '../support/redis/test-redis.js';
import { clientIn, runCommands, shellBlocks } from './support/documented-commands.js';
import { expectMail } from './support/expect-mail.js';
import { expectProtection } from './support/protected-service.js';

describe('the service with the variables of the Kubernetes example, after the commands of docs/kubernetes.md', () => {
  let manifests: Manifest[];
  let container: Container;
  let client: OAuthClient;
  let variables: Record<string, string>;
  let mailServer: MailServer;
  let app: AppProcess;
  /** By the name of the container's port. */
  let ports: Record<string, ApiClient>;

  /** The files of a Pod, with servers and a secret of this suite. */
  async function filesHere(template: PodTemplate): Promise<Record<string, string>> {
    const files = filesOf(template, manifests);
    const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const secrets = {
      JWT_SECRET: randomUUID() + randomUUID(),
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      SMTP_URL: mailServer.url,
    };
    for (const [name, secret] of Object.entries(secrets)) {
      const path = variables[`${name}_FILE`]!;
      if (path in files) files[path] = secret;
    }
    return files;
  }

  beforeAll(async () => {
    mailServer = await MailServer.start();
    const [block = ''] = await shellBlocks('docs/kubernetes.md', '## First deployment');
    manifests = await composeExample(async (folder) => {
      client = clientIn(await runCommands(block, { cwd: folder }));
    });
    const [server] = workloads(manifests);
    container = server!.container;
    variables = environmentOf(container, manifests);
    const { PORT, ...others } = await placeFiles(variables, await filesHere(server!.template));
    expect(PORT).toBeDefined();
    const port = await freePort();
    app = await AppProcess.start({ env: { ...others, HOST: '127.0.0.1', MANAGEMENT_PORT: String(port) } });
    ports = { http: api(app.url), management: api(`http://127.0.0.1:${port}`) };
  }, 300_000);
  afterAll(async () => {
    await app.stop();
    await mailServer.down();
  });

  it('publishes its key, has a client for the feed, and a logged-out token is refused by the verifier', () =>
    expectProtection(app, variables['ISSUER_URL']!, client));

  it('sends mail by the server of its secret', () => expectMail(app, mailServer, variables));

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)('answers the %s', async (probe) => {
    const { port, path } = container[probe]!.httpGet;
    expect((await ports[port]!.get(path)).status).toBe(200);
  });

  it('shows metrics on the port for Prometheus, and not on that for the gateway', async () => {
    expect((await ports['management']!.get('/metrics')).status).toBe(200);
    expect((await ports['http']!.get('/metrics')).status).toBe(404);
    expect((await ports['http']!.get('/api/v1/info')).status).toBe(200);
  });

  it('has the migration program at the path of the image, which needs the secret of PostgreSQL alone', async () => {
    const migration = workloads(manifests)[1]!;
    const [node, program = ''] = migration.container.command!;
    expect([node, dirname(program)]).toEqual(['node', basename(dirname(APP_ENTRY))]);
    await expect(readFile('Dockerfile', 'utf8')).resolves.toMatch(
      /^WORKDIR \/app$[^]*^COPY .*\/app\/dist \.\/dist$/m,
    );
    const files = await filesHere(migration.template);
    expect(Object.keys(files)).toEqual([variables['DATABASE_URL_FILE']]);
    const env = await placeFiles(environmentOf(migration.container, manifests), files);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(dirname(APP_ENTRY), basename(program))],
      { env: { PATH: process.env['PATH'], ...env }, cwd: await makeTemporaryDirectory('migration') },
    );
    expect(stdout).toContain('The schema is up to date');
  });
});
