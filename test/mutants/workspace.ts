import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ManagedProcess } from '../support/process/managed-process.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { waitFor } from '../support/wait-for.js';
import { mutate, type Mutant } from './mutant.js';
import type { JestReport } from './outcome.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILD_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 240_000;
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];

/** A copy of the checkout, with what is not committed, in which code may be broken. The checkout is never written to. */
export class Workspace {
  private constructor(private readonly folder: string) {}

  /** @throws Error when the checkout is no git repository */
  static async create(): Promise<Workspace> {
    const folder = await makeTemporaryDirectory('mutants');
    for (const file of await filesOfCheckout()) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      // A file that git knows may be deleted in the checkout.
      await cp(join(ROOT, file), join(folder, file)).catch(ignoreMissing);
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return new Workspace(folder);
  }

  /**
   * Changes the file, does something with it, and restores the file.
   *
   * @throws Error when the mutant's text does not occur exactly once
   */
  async with<T>(mutant: Mutant, use: () => Promise<T>): Promise<T> {
    const path = join(this.folder, mutant.file);
    const source = await readFile(path, 'utf8');
    await writeFile(path, mutate(source, mutant));
    try {
      return await use();
    } finally {
      await writeFile(path, source);
    }
  }

  /** @throws Error with the compiler's output */
  async build(): Promise<void> {
    const { code, output } = await this.run('npm', ['run', '--silent', 'build'], BUILD_LIMIT_MS);
    if (code !== 0) throw new Error(`the build failed: ${output}`);
  }

  /**
   * Runs the mutant's tests.
   *
   * @returns `undefined` when Jest left no report
   * @throws Error when the time limit is over
   */
  async test({ specs, test }: Pick<Mutant, 'specs' | 'test'>): Promise<JestReport | undefined> {
    const report = join(this.folder, 'report.json');
    await rm(report, { force: true });
    const cache = join(this.folder, '.jest-cache');
    // A test that fails may leave connections open, which would keep Jest from ending.
    const own = ['--forceExit', '--json', `--outputFile=${report}`, `--cacheDirectory=${cache}`];
    const only = test === undefined ? [] : ['--testNamePattern', literally(test)];
    await this.run(process.execPath, [...JEST, ...own, ...only, '--runTestsByPath', ...specs], TEST_LIMIT_MS);
    const text = await readFile(report, 'utf8').catch(ignoreMissing);
    return text === undefined ? undefined : (JSON.parse(text) as JestReport);
  }

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.folder);
  }

  private async run(command: string, args: readonly string[], timeoutMs: number) {
    const child = await ManagedProcess.spawn({ command, args, cwd: this.folder, stopSignal: 'SIGTERM' });
    try {
      await waitFor(() => !child.running, { what: `${command} to end`, timeoutMs, intervalMs: 50 });
      await child.exited();
    } finally {
      await child.kill9();
    }
    return { code: child.exitCode, output: child.output };
  }
}

async function filesOfCheckout(): Promise<string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', args, { cwd: ROOT, maxBuffer: 2 ** 26 });
  // A link to another folder's modules is no folder for .gitignore, and is linked by itself.
  return stdout.split('\0').filter((file) => file !== '' && file !== 'node_modules');
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
