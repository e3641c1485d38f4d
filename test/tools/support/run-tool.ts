import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../../tools/doctor/report.js';
import { forgetResource, rememberResource } from '../../support/jest/suite-resources.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LIMIT_MS = 120_000;

export interface ToolResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ToolOptions {
  /** Added to PATH and HOME. */
  env?: Readonly<Record<string, string>>;
  /** Called with the text of standard error so far, and a way to send SIGINT. */
  onProgress?: (stderr: string, interrupt: () => void) => void;
}

/** Runs a command of `tools/` as its npm script does, without a terminal. It is killed after two minutes. */
export async function runTool(
  tool: 'doctor' | 'load',
  args: readonly string[],
  { env = {}, onProgress }: ToolOptions = {},
): Promise<ToolResult> {
  const { PATH, HOME } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', './test/support/typescript.register.mjs', `tools/${tool}/main.ts`, ...args],
    {
      cwd: ROOT,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    },
  );
  rememberResource(child, async () => void child.kill('SIGKILL'));
  let shown = '';
  child.stderr.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    onProgress?.(shown, () => child.kill('SIGINT'));
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  forgetResource(child);
  return { code: child.exitCode, stdout, stderr };
}

/** The report of a run with `--json`. */
export async function examine(
  args: readonly string[],
  options: ToolOptions = {},
): Promise<{ report: Report; result: ToolResult }> {
  const result = await runTool('doctor', [...args, '--json'], options);
  if (result.stdout === '') throw new Error(`the doctor printed no report:\n${result.stderr}`);
  return { report: JSON.parse(result.stdout) as Report, result };
}

/** The rows that have the result, as `check` or `check instance`. */
export function rowsWith({ rows }: Report, result: Report['rows'][number]['result']): string[] {
  return rows
    .filter((row) => row.result === result)
    .map(({ check, instance }) => (instance === null ? check : `${check} ${instance}`));
}
