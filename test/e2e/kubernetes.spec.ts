import { randomUUID } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { api, type ApiClient } from '../support/app/api-client.js';
import { APP_ENTRY } from '../support/app/app-build.js';
import { AppProcess } from '../support/app/app-process.js';
import {
  composeExample,
  environmentOf,
  workloads,
  type Container,
  type Manifest,
} from '../support/kubernetes.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { freePort } from '../support/network/free-port.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis } from '../support/redis/test-redis.js';

/** What stands for the cluster: servers and secrets of this suite in files, and ports that are free here. */
async function environmentHere(variables: Record<string, string>): Promise<Record<string, string>> {
  const [database, redis, port] = await Promise.all([createTestDatabase(), createTestRedis(), freePort()]);
  const folder = await makeTemporaryDirectory('secrets');
  const secrets = {
    JWT_SECRET: randomUUID() + randomUUID(),
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
  };
  const here: Record<string, string> = { HOST: '127.0.0.1', MANAGEMENT_PORT: String(port) };
  for (const [name, secret] of Object.entries(secrets)) {
    const file = join(folder, basename(variables[`${name}_FILE`] ?? ''));
    await writeFile(file, secret);
    here[`${name}_FILE`] = file;
  }
  return here;
}

describe('the service with the variables of the Kubernetes example', () => {
  let manifests: Manifest[];
  let container: Container;
  let app: AppProcess;
  /** By the name of the container's port. */
  let ports: Record<string, ApiClient>;

  beforeAll(async () => {
    manifests = await composeExample();
    container = workloads(manifests)[0]!.container;
    const { PORT, ...variables } = environmentOf(container, manifests);
    expect(PORT).toBeDefined();
    const here = await environmentHere(variables);
    app = await AppProcess.start({ env: { ...variables, ...here } });
    ports = { http: api(app.url), management: api(`http://127.0.0.1:${here['MANAGEMENT_PORT']}`) };
  }, 300_000);
  afterAll(() => app.stop());

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)('answers the %s', async (probe) => {
    const { port, path } = container[probe]!.httpGet;
    expect((await ports[port]!.get(path)).status).toBe(200);
  });

  it('shows metrics on the port for Prometheus, and not on that for the gateway', async () => {
    expect((await ports['management']!.get('/metrics')).status).toBe(200);
    expect((await ports['http']!.get('/metrics')).status).toBe(404);
    expect((await ports['http']!.get('/api/v1/info')).status).toBe(200);
  });

  it('has the migration program at the path of the image', async () => {
    const { container: migration } = workloads(manifests)[1]!;
    const [node, program = ''] = migration.command!;
    expect([node, dirname(program)]).toEqual(['node', basename(dirname(APP_ENTRY))]);
    await expect(access(join(dirname(APP_ENTRY), basename(program)))).resolves.toBeUndefined();
    await expect(readFile('Dockerfile', 'utf8')).resolves.toMatch(
      /^WORKDIR \/app$[^]*^COPY .*\/app\/dist \.\/dist$/m,
    );
  });
});
