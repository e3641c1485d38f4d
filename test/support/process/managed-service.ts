import type { ManagedProcess } from './managed-process.js';

/** A service that a test may kill, freeze and start again: the members that concern its current process. */
export abstract class ManagedService {
  protected constructor(protected process: ManagedProcess) {}

  get pid(): number {
    return this.process.pid;
  }

  get running(): boolean {
    return this.process.running;
  }

  /** The last 256 Ki characters of stdout and stderr together, since the last start. */
  get output(): string {
    return this.process.output;
  }

  /** The exit code; `null` while it runs and when a signal ended it. */
  get exitCode(): number | null {
    return this.process.exitCode;
  }

  /** Resolves once the process has ended and all its output is read. */
  exited(): Promise<void> {
    return this.process.exited();
  }

  /** SIGKILL for the process and its children at one moment: a crash. Its files stay. Returns when all are gone. */
  async kill9(): Promise<void> {
    await this.process.kill9();
  }

  /** SIGSTOP for the process and its children: the port accepts connections, nothing answers. */
  freeze(): void {
    this.process.freeze();
  }

  /** Undoes {@link freeze}. */
  thaw(): void {
    this.process.thaw();
  }
}
