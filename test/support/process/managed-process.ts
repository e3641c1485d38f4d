import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { OutputRing } from './output-ring.js';
import { freezeTree, isAlive, killTree, signalProcess, thawTree } from './process-tree.js';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';
import { waitFor } from '../wait-for.js';
import { guardAgainstExit, releaseGuard } from './watchdog.js';

export interface ProcessSpec {
  command: string;
  args: readonly string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Who runs it; the caller's own user by default. */
  user?: { uid: number; gid: number };
  /** Asks the process to end without waiting for its clients. */
  stopSignal: NodeJS.Signals;
}

/** A child process that cannot outlive the tests, whatever happens to them. */
export class ManagedProcess {
  private readonly ring = new OutputRing();
  private readonly guardEntry: string;
  private readonly closed: Promise<void>;
  readonly pid: number;

  private constructor(
    private readonly child: ChildProcess,
    pid: number,
    private readonly stopSignal: NodeJS.Signals,
  ) {
    this.pid = pid;
    this.guardEntry = `process ${pid} ${stopSignal}`;
    guardAgainstExit(this.guardEntry);
    rememberResource(this, () => this.stop(3_000).then(() => undefined));
    this.ring.follow(child.stdout);
    this.ring.follow(child.stderr);
    this.closed = new Promise((resolve) => child.once('close', () => resolve()));
    child.once('exit', () => {
      releaseGuard(this.guardEntry);
      forgetResource(this);
    });
  }

  /** @throws Error (ENOENT, EACCES) when the command cannot be run */
  static async spawn({ command, args, user, stopSignal, ...options }: ProcessSpec): Promise<ManagedProcess> {
    // Detached: Ctrl-C in the terminal reaches the tests only, which then end the process in their order.
    const child = spawn(command, args, {
      ...options,
      ...user,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      throw error;
    }
    return new ManagedProcess(child, child.pid, stopSignal);
  }

  /** The last 256 Ki characters of stdout and stderr together. */
  get output(): string {
    return this.ring.text;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The exit code; `null` while it runs and when a signal ended it. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Resolves once the process has ended and all its output is read. */
  async exited(): Promise<void> {
    await this.closed;
  }

  /** SIGKILL for the process and its children at one moment, like a power cut. Returns when all are gone. */
  async kill9(): Promise<void> {
    if (!this.running) return;
    const tree = killTree(this.pid);
    await this.closed;
    await waitFor(() => !tree.some(isAlive), { what: `processes ${tree.join(', ')} to end` });
  }

  /** Stops the process and its children (SIGSTOP): connections stay open, nothing answers. */
  freeze(): void {
    if (this.running) freezeTree(this.pid);
  }

  /** Undoes {@link freeze}. */
  thaw(): void {
    if (this.running) thawTree(this.pid);
  }

  /**
   * Asks the process to end, thawing it if it is frozen, and kills it after `timeoutMs`.
   *
   * @returns the exit code, `null` if a signal ended it
   */
  async stop(timeoutMs = 10_000): Promise<number | null> {
    if (this.running) {
      this.thaw();
      signalProcess(this.pid, this.stopSignal);
      await waitFor(() => !this.running, { what: 'the process to end', timeoutMs, intervalMs: 5 }).catch(() =>
        this.kill9(),
      );
    }
    await this.closed;
    return this.exitCode;
  }
}
