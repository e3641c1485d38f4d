import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { APP_ENTRY } from '../../support/app/app-build.js';
import { makeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import { ManagedProcess } from '../../support/process/managed-process.js';

type CommandName = 'import' | 'export';

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export interface ImportResult extends CommandResult {
  readonly summary: Readonly<Record<string, unknown>>;
  /** The refused records, as the report has them. */
  readonly report: readonly Readonly<Record<string, unknown>>[];
}

const entryOf = (name: CommandName): string => join(dirname(APP_ENTRY), `${name}-cli.js`);

/** The commands that move accounts, in a folder of their own, on one database. */
export class MovingCommand {
  private files = 0;

  private constructor(
    readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async for(databaseUrl: string, env: Readonly<Record<string, string>> = {}): Promise<MovingCommand> {
    const folder = await makeTemporaryDirectory('moving');
    const { PATH } = process.env;
    return new MovingCommand(folder, { PATH, NODE_ENV: 'production', DATABASE_URL: databaseUrl, ...env });
  }

  async run(name: CommandName, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    const child = spawn(process.execPath, [entryOf(name), ...args], {
      cwd: this.folder,
      env: { ...this.env, ...env },
    });
    child.stdin.end();
    const [output, errors] = [text(child.stdout), text(child.stderr)];
    const [code] = (await once(child, 'close')) as [number];
    return { code, output: await output, errors: await errors };
  }

  /** Writes a file and imports it. @param name with its extension */
  async importText(name: string, content: string | Buffer, ...options: string[]): Promise<ImportResult> {
    return this.importFile(await this.write(name, content), ...options);
  }

  async importFile(file: string, ...options: string[]): Promise<ImportResult> {
    const report = join(this.folder, `report-${++this.files}.ndjson`);
    const result = await this.run('import', [file, '--json', '--report', report, ...options]);
    if (!result.output.startsWith('{'))
      throw new Error(`the import ended with ${result.code}: ${result.errors}`);
    return { ...result, summary: JSON.parse(result.output), report: await linesOf(report) };
  }

  /** Starts an import that a test kills. */
  start(args: readonly string[]): Promise<ManagedProcess> {
    return ManagedProcess.spawn({
      command: process.execPath,
      args: [entryOf('import'), ...args],
      cwd: this.folder,
      env: this.env,
      stopSignal: 'SIGTERM',
    });
  }

  async write(name: string, content: string | Buffer): Promise<string> {
    const file = join(this.folder, `${++this.files}-${name}`);
    await writeFile(file, content);
    return file;
  }
}

export async function linesOf(file: string): Promise<Readonly<Record<string, unknown>>[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Records as NDJSON. */
export const ndjson = (...records: object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');
