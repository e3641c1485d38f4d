import { randomUUID } from 'node:crypto';
import { APP_ENTRY } from '../support/app/app-build.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { freePort } from '../support/network/free-port.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { ManagedProcess } from '../support/process/managed-process.js';
import { waitFor } from '../support/wait-for.js';

const PATIENCE_MS = 120_000;

describe('a service that starts before PostgreSQL', () => {
  let port: number;
  let cwd: string;
  let app: ManagedProcess;

  beforeEach(async () => {
    port = await freePort();
    cwd = await makeTemporaryDirectory('app');
    app = await ManagedProcess.spawn({
      command: process.execPath,
      args: [APP_ENTRY],
      cwd,
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'test',
        PORT: String(await freePort()),
        JWT_SECRET: randomUUID() + randomUUID(),
        DATABASE_URL: `postgresql://postgres@127.0.0.1:${port}/postgres`,
        DATABASE_WAIT_SECONDS: '600',
      },
      stopSignal: 'SIGTERM',
    });
    await appears(/Waiting for PostgreSQL at postgresql:\S+ since \d+ s: .*ECONNREFUSED/);
  }, 200_000);
  afterEach(async () => {
    await app.stop();
    await removeTemporaryDirectory(cwd);
  });

  const appears = (line: RegExp) =>
    waitFor(() => line.test(app.output), { what: `${line.source} in the log`, timeoutMs: PATIENCE_MS });

  it('waits, says for how long, and goes on when PostgreSQL is there', async () => {
    await appears(/(Waiting for PostgreSQL at .* since \d+ s(.|\n)*){2}/);
    const postgres = await PostgresServer.start({ port });
    await appears(/Listening on/);
    expect(app.output).toMatch(/\[Migrations\] Applied \w+/);
    expect(app.output).not.toMatch(/\bERROR\b/);
    await app.stop();
    await postgres.stop();
  }, 300_000);

  it('ends at a signal', async () => {
    process.kill(app.pid, 'SIGTERM');
    await waitFor(() => !app.running, { what: 'the process to end', timeoutMs: PATIENCE_MS });
  }, 200_000);
});
