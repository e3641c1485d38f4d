import { createHash, randomInt, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { APP_ENTRY } from '../../test/support/app/app-build.js';
import {
  makeTemporaryDirectory,
  removeTemporaryDirectory,
} from '../../test/support/files/temporary-directory.js';
import { PostgresServer } from '../../test/support/postgres/postgres-server.js';
import { ManagedProcess } from '../../test/support/process/managed-process.js';
import { residentBytes } from '../../test/support/process/process-memory.js';

const POLL_MS = 100;
const MEBIBYTE = 1_048_576;
const COLUMNS = 'id, email, email_verified, full_name, role, is_active, password_hash, created_at';

interface Finished {
  readonly seconds: number;
  readonly peakBytes: number;
}

/**
 * `npm run bench:moving` imports `--accounts` (1,000,000 by default) from NDJSON and exports them, beside a plain COPY of the same rows into a
 * table with the same columns, constraints and indexes. Then it imports them again and kills the import `--kills` times (10 by default). After
 * `npm run build`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { accounts: { type: 'string', default: '1000000' }, kills: { type: 'string', default: '10' } },
  });
  const [accounts, kills] = [Number(values.accounts), Number(values.kills)];
  const folder = await makeTemporaryDirectory('bench-moving');
  // The user of PostgreSQL reads the file of the COPY.
  await chmod(folder, 0o755);
  const postgres = await PostgresServer.start({ durability: 'machine', args: ['-c', 'max_wal_size=8GB'] });
  try {
    const { url } = await postgres.createDatabase();
    await runToEnd('migrate', [], folder, url);
    const [lines, copied] = [join(folder, 'accounts.ndjson'), join(folder, 'accounts.csv')];
    await writeAccounts(accounts, lines, copied);
    const { size } = await stat(lines);
    console.log(
      `load ${loadavg()[0]?.toFixed(1)}, ${accounts} accounts, ${(size / MEBIBYTE).toFixed(0)} MiB of NDJSON\n`,
    );
    console.log(
      '| what | seconds | accounts a second | rate / COPY | memory, at most |\n|---|---:|---:|---:|---:|',
    );
    await query(url, 'CREATE TABLE copied (LIKE users INCLUDING ALL)');
    const began = performance.now();
    await query(url, `COPY copied (${COLUMNS}) FROM '${copied}' CSV`);
    const copySeconds = (performance.now() - began) / 1000;
    const row = (what: string, { seconds, peakBytes }: Finished) =>
      console.log(
        `| ${what} | ${seconds.toFixed(1)} | ${Math.round(accounts / seconds)} | ${(copySeconds / seconds).toFixed(2)} | ${peakBytes === 0 ? '' : `${Math.round(peakBytes / MEBIBYTE)} MiB`} |`,
      );
    row('plain COPY', { seconds: copySeconds, peakBytes: 0 });
    row('import', await runToEnd('import-cli', [lines], folder, url));
    row('the same import again', await runToEnd('import-cli', [lines], folder, url));
    row('dry run', await runToEnd('import-cli', [lines, '--dry-run'], folder, url));
    row('export', await runToEnd('export-cli', [join(folder, 'export.ndjson')], folder, url));
    if (kills > 0) await killed(accounts, kills, lines, folder, url);
  } finally {
    await postgres.stop();
    await removeTemporaryDirectory(folder);
  }
}

/** Kills an import at random moments, and counts what is there at its end. */
async function killed(
  accounts: number,
  kills: number,
  lines: string,
  folder: string,
  url: string,
): Promise<void> {
  await query(url, `BEGIN; SET LOCAL ergodrive.invalidation_log = 'off'; DELETE FROM users; COMMIT`);
  const counts: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const running = await start('import-cli', [lines], folder, url);
    await pause(randomInt(2000, 8000));
    await running.kill9();
    counts.push(await countOf(url));
  }
  await runToEnd('import-cli', [lines], folder, url);
  console.log(
    `\nkilled ${kills} times, with ${counts.join(', ')} accounts: ${await countOf(url)} of ${accounts} at the end`,
  );
}

async function writeAccounts(accounts: number, lines: string, copied: string): Promise<void> {
  const rows = Array.from({ length: 1000 }, () =>
    createHash('sha256').update(randomUUID()).digest('base64url'),
  );
  const rowOf = (index: number) => ({
    id: randomUUID(),
    email: `user${index}.${rows[index % rows.length]?.slice(0, 8).toLowerCase().replaceAll(/[-_]/g, 'x')}@example.org`,
    email_verified: index % 2 === 0,
    full_name: `User Number ${index}`,
    role: index % 10 === 0 ? 'researcher' : 'student',
    is_active: true,
    password_hash: `$2b$10$${(rows[index % rows.length] ?? '').replaceAll(/[-_]/g, '.')}abcdefghij`,
    created_at: '2021-02-03T04:05:06.789Z',
  });
  const [json, csv] = [createWriteStream(lines), createWriteStream(copied, { mode: 0o644 })];
  function* chunks(): Generator<string> {
    for (let index = 0; index < accounts; index++) {
      const row = rowOf(index);
      csv.write(`${Object.values(row).join(',')}\n`);
      yield `${JSON.stringify(row)}\n`;
    }
  }
  await pipeline(chunks(), json);
  csv.end();
  await new Promise<void>((resolve) => csv.once('close', resolve));
}

const start = (program: string, args: readonly string[], cwd: string, url: string): Promise<ManagedProcess> =>
  ManagedProcess.spawn({
    command: process.execPath,
    args: [join(dirname(APP_ENTRY), `${program}.js`), ...args],
    cwd,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', DATABASE_URL: url },
    stopSignal: 'SIGTERM',
  });

/** @throws Error with the output when the program fails */
async function runToEnd(
  program: string,
  args: readonly string[],
  cwd: string,
  url: string,
): Promise<Finished> {
  const began = performance.now();
  const running = await start(program, args, cwd, url);
  let peakBytes = 0;
  while (running.running) {
    peakBytes = Math.max(peakBytes, await residentBytes(running.pid).catch(() => 0));
    await pause(POLL_MS);
  }
  if (running.exitCode !== 0) throw new Error(`${program} ended with ${running.exitCode}: ${running.output}`);
  return { seconds: (performance.now() - began) / 1000, peakBytes };
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const countOf = async (url: string): Promise<number> =>
  Number((await query(url, 'SELECT count(*)::int AS n FROM users'))[0]?.['n']);

await main();
