import { cp, mkdir, readFile, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ManagedProcess } from '../support/process/managed-process.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { waitFor } from '../support/wait-for.js';
import type { TestRun } from './baseline.js';
import { builtPath, compileLikeBuild } from './compile.js';
import { filesOfCheckout, ROOT } from './git.js';
import { mutate, type Mutant } from './mutant.js';
import { type JestReport, type Results, resultsOf } from './outcome.js';

const BUILD_LIMIT_MS = 120_000;
const JEST = ['--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
/** The names of some tests have the seed, and names are compared between runs. */
const SEED = { SEED: String(Date.now() % 1_000_000) };

/** Somebody ended the run. */
export class Interruption extends Error {
  override name = 'Interruption';
}

/**
 * A copy of the checkout, with what is not committed, and of its build, in which code may be broken. The checkout is never
 * written to.
 */
export class Workspace {
  private constructor(
    private readonly folder: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @param signal ends what runs in the workspace
   * @throws Error when the checkout is no git repository, or with the compiler's output
   */
  static async create(signal: AbortSignal): Promise<Workspace> {
    const workspace = new Workspace(await makeTemporaryDirectory('mutants'), signal);
    for (const file of await filesOfCheckout()) {
      await mkdir(dirname(workspace.path(file)), { recursive: true });
      // A file that git knows may be deleted in the checkout.
      await cp(join(ROOT, file), workspace.path(file)).catch(ignoreMissing);
    }
    await symlink(join(ROOT, 'node_modules'), workspace.path('node_modules'));
    const { code, output } = await workspace.run('npm', ['run', '--silent', 'build:app'], BUILD_LIMIT_MS);
    if (code !== 0) throw new Error(`the build failed: ${output}`);
    return workspace;
  }

  /** Another workspace with the same content. */
  async copy(): Promise<Workspace> {
    const copy = new Workspace(await makeTemporaryDirectory('mutants'), this.signal);
    await cp(this.folder, copy.folder, { recursive: true, verbatimSymlinks: true });
    await copy.markBuilt();
    return copy;
  }

  /**
   * Changes the file and the build, does something with them, and restores both.
   *
   * @throws Error when the mutant's text does not occur exactly once, or the change does not compile
   */
  async with<T>(mutant: Mutant, use: () => Promise<T>): Promise<T> {
    const { file } = mutant;
    const source = await readFile(this.path(file), 'utf8');
    const changed = mutate(source, mutant);
    if (isBuilt(file)) await this.demandSameBuild(file, source);
    try {
      await this.write(file, changed);
      return await use();
    } finally {
      await this.write(file, source);
    }
  }

  /** @throws Error when Jest left no report, or the time limit is over */
  async test({ specs, tests }: TestRun, limitMs: number): Promise<Results> {
    const report = this.path('report.json');
    await rm(report, { force: true });
    // A test that fails may leave connections open, which would keep Jest from ending.
    const own = [
      '--forceExit',
      '--json',
      `--outputFile=${report}`,
      `--cacheDirectory=${this.path('.jest-cache')}`,
    ];
    const only = tests.length === 0 ? [] : ['--testNamePattern', tests.map(literally).join('|')];
    await this.run(process.execPath, [...JEST, ...own, ...only, '--runTestsByPath', ...specs], limitMs);
    const text = await readFile(report, 'utf8').catch(ignoreMissing);
    if (text === undefined) throw new Error('Jest left no report');
    return resultsOf(JSON.parse(text) as JestReport, await realpath(this.folder));
  }

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.folder);
  }

  private async write(file: string, source: string): Promise<void> {
    await writeFile(this.path(file), source);
    if (!isBuilt(file)) return;
    await writeFile(this.path(builtPath(file)), await compileLikeBuild(this.folder, file, source));
    await this.markBuilt();
  }

  /** Tests would run another program than the one that ships, if one file were compiled in another way. */
  private async demandSameBuild(file: string, source: string): Promise<void> {
    const built = await readFile(this.path(builtPath(file)), 'utf8');
    if (built !== (await compileLikeBuild(this.folder, file, source)))
      throw new Error(`${builtPath(file)} is not what compile.ts makes of the unchanged file`);
  }

  /** Lets the tests take the build for newer than every source, so that they do not build anew. */
  private async markBuilt(): Promise<void> {
    const soon = new Date(Date.now() + 1000);
    await utimes(this.path('dist/main.js'), soon, soon);
  }

  private async run(command: string, args: readonly string[], timeoutMs: number) {
    this.signal.throwIfAborted();
    const options = { cwd: this.folder, env: { ...SEED, ...process.env }, stopSignal: 'SIGTERM' } as const;
    const child = await ManagedProcess.spawn({ command, args, ...options });
    const hasEnded = () => !child.running || this.signal.aborted;
    try {
      await waitFor(hasEnded, { what: `${command} to end`, timeoutMs, intervalMs: 50 });
    } finally {
      await child.stop();
    }
    this.signal.throwIfAborted();
    return { code: child.exitCode, output: child.output };
  }

  private path(file: string): string {
    return join(this.folder, file);
  }
}

const isBuilt = (file: string) => file.startsWith('src/');

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
