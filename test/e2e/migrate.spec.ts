import { join } from 'node:path';
import { APP_ENTRY } from '../support/app/app-build.js';
import { AppProcess } from '../support/app/app-process.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { createEmptyDatabase } from '../support/postgres/test-database.js';
import { ManagedProcess } from '../support/process/managed-process.js';

const ENTRY = join(APP_ENTRY, '../migrate.js');

/** Runs the program to its end, as a production container does, which has no other secret than that of PostgreSQL. */
async function migrate(env: Record<string, string>): Promise<{ exitCode: number | null; output: string }> {
  const program = await ManagedProcess.spawn({
    command: process.execPath,
    args: [ENTRY],
    cwd: await makeTemporaryDirectory('migrate'),
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stopSignal: 'SIGTERM',
  });
  await program.exited();
  const { exitCode, output } = program;
  return { exitCode, output };
}

describe('the program that migrates', () => {
  it('creates the schema and ends, so that an instance finds nothing to do', async () => {
    const database = await createEmptyDatabase();
    const first = await migrate({ DATABASE_URL: database.url });
    expect(first.exitCode).toBe(0);
    expect(first.output).toMatch(/"msg":"Applied \w+"/);
    const second = await migrate({ DATABASE_URL: database.url });
    expect(second).toEqual({ exitCode: 0, output: expect.stringContaining('The schema is up to date') });
    const app = await AppProcess.start({ env: { DATABASE_URL: database.url } });
    expect(app.output).toContain('The schema is up to date');
    await app.stop();
  });

  it('takes turns with another one that runs at the same time', async () => {
    const database = await createEmptyDatabase();
    const both = await Promise.all([1, 2].map(() => migrate({ DATABASE_URL: database.url })));
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const applied = both.map(({ output }) => output.match(/Applied/g)?.length ?? 0);
    expect(Math.min(...applied)).toBe(0);
    expect(Math.max(...applied)).toBeGreaterThan(5);
  });

  it('fails, and names the variable, without a database', async () => {
    const unreachable = await migrate({
      DATABASE_URL: 'postgresql://user:hunter2@127.0.0.1:1/none',
      DATABASE_WAIT_SECONDS: '1',
    });
    expect(unreachable.exitCode).toBe(1);
    expect(unreachable.output).toMatch(/The migration failed: The server of DATABASE_URL does not answer/);
    expect(unreachable.output).toMatch(/Waiting for PostgreSQL at postgresql:..127.0.0.1:1.none since \d+ s/);
    expect(unreachable.output).not.toContain('hunter2');
    const none = await migrate({});
    expect(none).toEqual({ exitCode: 1, output: expect.stringContaining('DATABASE_URL is required') });
    const missing = await migrate({ NODE_ENV: 'development' });
    expect(missing).toEqual({ exitCode: 1, output: expect.stringContaining('DATABASE_URL is required') });
  });
});
