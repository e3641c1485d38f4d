import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppProcess } from '../support/app/app-process.js';
import { api, type ApiClient } from '../support/app/api-client.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { OtlpCollector } from '../support/network/otlp-collector.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';

const PATH = '/health/live';
const OUTAGE = 'The collector takes no spans';
const RECOVERY = 'The collector takes spans again';
const PATIENCE_MS = 30_000;
const PRELOAD = new URL('../support/process/loaded-modules.preload.mjs', import.meta.url).href;

/** What a collector in any state does to the application. */
describe('a collector of traces', () => {
  let database: TestDatabase;
  let collector: OtlpCollector;
  let network: TcpProxy;
  let app: AppProcess;
  let client: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    collector = await OtlpCollector.start();
    network = await TcpProxy.start({ host: '127.0.0.1', port: collector.port });
  });
  afterEach(async () => {
    client.close();
    await app.stop();
    await network.close();
    await collector.stop();
  });

  async function start(env: Readonly<Record<string, string>>): Promise<void> {
    app = await AppProcess.start({
      env: {
        DATABASE_URL: database.url,
        JWT_SECRET: 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu',
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
        OTEL_BSP_SCHEDULE_DELAY: '50',
        ...env,
      },
    });
    client = api(app.url);
  }

  const traced = (env: Readonly<Record<string, string>> = {}) =>
    start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${network.port}/`, ...env });

  async function ask(times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) expect((await client.get(PATH)).status).toBe(200);
  }

  const linesWith = (text: string) => app.output.split('\n').filter((line) => line.includes(text));
  const logged = (text: string) =>
    waitFor(() => linesWith(text).length > 0, { what: `the line "${text}"`, timeoutMs: PATIENCE_MS });
  const received = () => collector.spans.filter(({ attributes }) => attributes['url.path'] === PATH).length;

  it('that refuses spans is logged once, and once when it takes them again', async () => {
    collector.status = 400;
    await traced();
    await waitFor(() => ask(1).then(() => collector.bodies.length > 3), {
      what: 'four batches',
      timeoutMs: PATIENCE_MS,
    });
    expect(linesWith(OUTAGE)).toHaveLength(1);
    expect(linesWith(OUTAGE)[0]).toMatch(/WARN +\[Tracing\] .*400 Bad Request/);
    collector.status = 200;
    await waitFor(() => ask(1).then(() => received() > 3), { what: 'spans', timeoutMs: PATIENCE_MS });
    expect([linesWith(OUTAGE).length, linesWith(RECOVERY).length]).toEqual([1, 1]);
  });

  it('that is down makes no request fail, and gets spans again afterwards', async () => {
    await traced();
    await network.cut();
    await ask(50);
    await logged(OUTAGE);
    expect(linesWith(OUTAGE)[0]).toContain('ECONNREFUSED');
    await network.pass();
    await waitFor(() => ask(1).then(() => received() > 0), { what: 'spans', timeoutMs: PATIENCE_MS });
    await logged(RECOVERY);
  });

  it('that is frozen delays no request, and gets no more spans afterwards than the queue holds', async () => {
    const [batch, queue] = [512, 512];
    await traced({ OTEL_EXPORTER_OTLP_TIMEOUT: '60000', OTEL_BSP_MAX_QUEUE_SIZE: String(queue) });
    await network.blackhole();
    await ask(batch + queue + 300);
    await network.pass();
    // The end of the process sends everything that waits.
    expect(await app.stop()).toBe(0);
    expect(received()).toBeGreaterThanOrEqual(queue);
    expect(received()).toBeLessThanOrEqual(batch + queue);
    expect(linesWith(OUTAGE)).toEqual([]);
  });

  it('gets the spans that wait when the application ends', async () => {
    await traced({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
    await ask(20);
    expect(received()).toBe(0);
    expect(await app.stop()).toBe(0);
    expect(received()).toBeGreaterThanOrEqual(20);
  });

  it('that is frozen does not keep the application from its end', async () => {
    await traced({ OTEL_EXPORTER_OTLP_TIMEOUT: '60000' });
    await network.blackhole();
    await ask(20);
    expect(await app.stop()).toBe(0);
    expect(linesWith('The last spans were not sent')).toHaveLength(1);
  });

  describe('and the modules of OpenTelemetry', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await makeTemporaryDirectory('modules');
    });
    afterEach(() => removeTemporaryDirectory(folder));

    /** The packages and folders of tracing that a process had loaded at its end. */
    async function loaded(env: Readonly<Record<string, string>>): Promise<string[]> {
      const file = join(folder, 'loaded');
      await start({ ...env, NODE_OPTIONS: `--import=${PRELOAD}`, LOADED_MODULES_FILE: file });
      await ask(1);
      expect(await app.stop()).toBe(0);
      const names = (await readFile(file, 'utf8')).match(/@opentelemetry\/[\w-]+|dist\/\w+(?=\/)/g);
      return [...new Set(names)].filter((name) => /opentelemetry|tracing/.test(name));
    }

    // prom-client and node-redis load the API, with or without traces.
    it.each([
      ['no endpoint is named', {}],
      ['OTEL_SDK_DISABLED is true', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }],
      [
        'OTEL_TRACES_EXPORTER is none',
        { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' },
      ],
    ])('are not loaded when %s', async (_, env) => {
      expect(await loaded(env as Record<string, string>)).toEqual(['@opentelemetry/api']);
    });

    it('are loaded when an endpoint is named', async () => {
      expect(await loaded({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` })).toEqual(
        expect.arrayContaining(['dist/tracing', '@opentelemetry/sdk-trace']),
      );
    });
  });
});
