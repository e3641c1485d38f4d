import type { AppProcess } from '../support/app/app-process.js';
import { api, type ApiClient } from '../support/app/api-client.js';
import { freePort } from '../support/network/free-port.js';
import { RawConnection } from '../support/network/raw-http.js';
import { waitFor } from '../support/wait-for.js';
import { Deployment } from './support/deployment.js';
import { sampleOf } from './support/metric-sample.js';

const LIMIT = 10;
const GET = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';

describe('connections', () => {
  let deployment: Deployment<AppProcess>;
  let management: ApiClient;
  let ports: { public: number; management: number };

  beforeAll(async () => {
    const managementPort = await freePort();
    deployment = await Deployment.ofProcesses({
      instances: [{ MANAGEMENT_PORT: String(managementPort), MAX_CONNECTIONS: String(LIMIT) }],
    });
    ports = { public: deployment.apps[0]!.port, management: managementPort };
    management = api(`http://127.0.0.1:${managementPort}`);
  });
  afterAll(async () => {
    management.close();
    await deployment.stop();
  });

  const isServed = async (connection: RawConnection): Promise<boolean> => {
    const count = connection.answers.length + 1;
    connection.send(GET);
    return (await connection.receives(count)).length === count;
  };
  /** Opens connections until one is refused. Those that clients of the test keep open count too. */
  const fill = async (port: number): Promise<RawConnection[]> => {
    const held: RawConnection[] = [];
    for (;;) {
      const connection = await RawConnection.open(port);
      if (!(await isServed(connection))) return held;
      held.push(connection);
      expect(held.length).toBeLessThanOrEqual(LIMIT);
    }
  };
  const metric = async (name: string) =>
    (await sampleOf(management, `ergodrive_http_connections${name}`)) ?? NaN;
  const isOpen = (count: number) =>
    waitFor(async () => (await metric('')) === count, { what: `${count} open connections` });

  it('beyond the limit are closed at once, without harm to the open ones, until one of these is closed', async () => {
    const held = await fill(ports.public);
    expect(held.length).toBeGreaterThan(0);
    await expect(metric('')).resolves.toBe(LIMIT);
    const before = await metric('_refused_total');
    for (let count = 0; count < 5; count++) {
      const connection = await RawConnection.open(ports.public);
      await expect(connection.closed(1000)).resolves.toEqual([]);
    }
    await expect(metric('_refused_total')).resolves.toBe(before + 5);
    expect(deployment.apps[0]!.output.match(/10 connections are open; more are refused/g)).toHaveLength(1);
    for (const connection of held) await expect(isServed(connection)).resolves.toBe(true);
    held.pop()?.destroy();
    await isOpen(LIMIT - 1);
    const next = await RawConnection.open(ports.public);
    await expect(isServed(next)).resolves.toBe(true);
    for (const connection of [...held, next]) connection.destroy();
  });

  it('on the public port do not count towards the limit of the management port', async () => {
    const [held, ofManagement] = [await fill(ports.public), await fill(ports.management)];
    expect(ofManagement.length).toBeGreaterThan(0);
    for (const connection of [...held, ...ofManagement]) connection.destroy();
  });
});
