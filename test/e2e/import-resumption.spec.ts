import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { beforeSuite } from './support/before-suite.js';
import { linesOf, MovingCommand } from './support/moving-command.js';
import { BCRYPT } from './support/moving-suite.js';

const ACCOUNTS = 40_000;
const KILLS = 4;
/** Every hundredth record is none. */
const WRONG_EVERY = 100;

describe('an import that is killed', () => {
  let file: string;

  const database = beforeSuite(() => createTestDatabase());
  const command = beforeSuite(() => MovingCommand.for(database.url));
  beforeAll(async () => {
    const lines = Array.from({ length: ACCOUNTS }, (_, index) =>
      (index + 1) % WRONG_EVERY === 0
        ? '{"email":"nobody"}'
        : `{"email":"user${index}@example.org","full_name":"User ${index}","password_hash":"${BCRYPT}"}`,
    );
    file = await command.write('accounts.ndjson', `${lines.join('\n')}\n`);
  });

  const count = async ({ url } = database): Promise<number> =>
    (await sql<{ n: number }>(url, 'SELECT count(*)::int AS n FROM users'))[0]?.n ?? -1;

  it('goes on by the same command, and writes each account and each refusal once', async () => {
    const report = join(command.folder, 'report.ndjson');
    const args = [file, '--report', report];
    const counts: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const before = await count();
      const running = await command.start(args);
      await waitFor(async () => !running.running || (await count()) > before, {
        what: 'a batch',
        timeoutMs: 60_000,
      });
      // Somewhere in one of the next batches.
      await waitFor(() => Promise.resolve(Math.random() < 0.1), {
        what: 'chance',
        timeoutMs: 60_000,
        intervalMs: 3,
      });
      await running.kill9();
      counts.push(await count());
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[0]).toBeLessThan(ACCOUNTS);
    // What a batch leaves that was written to the report and killed before its commit.
    await appendFile(report, '{"line":0,"record":0,"code":"lost"}\n'.repeat(5000));
    const last = await command.run('import', [...args, '--json']);
    const wrong = ACCOUNTS / WRONG_EVERY;
    expect(JSON.parse(last.output)).toMatchObject({
      records: ACCOUNTS,
      imported: ACCOUNTS - wrong,
      already_there: 0,
      refused: wrong,
      resumed_after: expect.any(Number),
    });
    expect(await count()).toBe(ACCOUNTS - wrong);
    const records = (await linesOf(report)).map(({ record }) => record);
    expect(records).toEqual(Array.from({ length: wrong }, (_, index) => (index + 1) * WRONG_EVERY));
    await expect(sql(database.url, 'SELECT FROM import_positions')).resolves.toEqual([]);
  });

  it('begins anew with --restart, and finds every account', async () => {
    const { summary } = await command.importFile(file, '--restart');
    expect(summary).toMatchObject({
      imported: 0,
      already_there: ACCOUNTS - ACCOUNTS / WRONG_EVERY,
      resumed_after: 0,
    });
  });

  it('lets no second import run beside it', async () => {
    const empty = await createTestDatabase();
    const own = await MovingCommand.for(empty.url);
    const running = await own.start([file]);
    await waitFor(async () => (await count(empty)) > 0, { what: 'a batch', timeoutMs: 60_000 });
    running.freeze();
    const second = await own.run('import', [file]);
    expect(second).toMatchObject({ code: 1, errors: 'Another import runs on this database\n' });
    await running.kill9();
    await empty.drop();
  });
});
