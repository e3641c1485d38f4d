import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, ProcessUsage } from './instances.process.js';

const SCRIPT = fileURLToPath(new URL('./instances.process.ts', import.meta.url));

/** A process that hosts instances, seen from the measuring process. */
export class InstanceProcess {
  instances = 0;

  private constructor(private readonly child: ChildProcess) {}

  static start(env: Readonly<Record<string, string>>): InstanceProcess {
    const { PATH, HOME } = process.env;
    return new InstanceProcess(fork(SCRIPT, { env: { PATH, HOME, ...env } }));
  }

  async add(instances: number): Promise<void> {
    await this.ask({ kind: 'add', instances });
    this.instances += instances;
  }

  /** Gives an order and waits until it was carried out. @throws Error when the process ends instead */
  async ask(order: Order): Promise<ProcessUsage> {
    const ended = new AbortController();
    const exit = once(this.child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('a process with instances has ended');
    });
    exit.catch(() => undefined);
    const answer = once(this.child, 'message', { signal: ended.signal });
    answer.catch(() => undefined);
    try {
      this.child.send(order);
      const [usage] = (await Promise.race([answer, exit])) as [ProcessUsage];
      return usage;
    } finally {
      ended.abort();
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    if (this.child.connected) this.child.send({ kind: 'stop' } satisfies Order);
    await ended;
  }
}
