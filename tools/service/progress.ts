import { setTimeout as sleep } from 'node:timers/promises';

const CLEAR_LINE = '\r\x1b[K';

/** Where progress goes: standard error, so that standard output has the result alone. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows what is awaited: on a terminal in one line that changes, elsewhere as lines. */
export class Progress {
  constructor(private readonly output: ProgressOutput) {}

  get isLive(): boolean {
    return this.output.isTTY === true;
  }

  /** A line that stays. */
  say(line: string): void {
    this.output.write(`${this.isLive ? CLEAR_LINE : ''}${line}\n`);
  }

  /** Replaces the changing line; does nothing elsewhere than on a terminal. */
  show(line: string): void {
    if (this.isLive) this.output.write(CLEAR_LINE + line);
  }

  clear(): void {
    this.show('');
  }

  /** Waits, and shows the seconds that are left. @throws the reason of the signal */
  async wait(ms: number, what: string, signal?: AbortSignal): Promise<void> {
    const until = performance.now() + ms;
    if (!this.isLive) this.say(`waiting ${seconds(ms)} s ${what}`);
    for (let left = ms; left > 0; left = until - performance.now()) {
      this.show(`waiting ${seconds(left)} s ${what}`);
      await sleep(Math.min(left, 1000), undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
    this.clear();
  }
}

const seconds = (ms: number) => Math.ceil(ms / 1000);
