const FIRST_DELAY_MS = 50;

/**
 * Keeps one connection alive for ever: `connect` opens it and calls `up()` once it is of use, and its promise ends when
 * the connection is lost. Between attempts it waits twice as long each time, up to `maxDelayMs`, with jitter, so that
 * instances do not come back all at once.
 */
export class ConnectionLoop {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private endPause: () => void = () => undefined;

  constructor(
    private readonly connect: (up: () => void, stopped: AbortSignal) => Promise<void>,
    private readonly maxDelayMs: number,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Tries again at once instead of at the end of the present pause. */
  hurry(): void {
    this.endPause();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      // `connect` reports its own failures, each state change once; here only the rhythm is kept.
      await this.connect(() => (failures = 0), signal).catch(() => undefined);
      const delay = Math.min(this.maxDelayMs, FIRST_DELAY_MS * 2 ** failures);
      failures = Math.min(failures + 1, 16);
      await this.pause(delay * (0.5 + Math.random() / 2), signal);
    }
  }

  /** Waits, but no longer than until somebody is in a hurry or the signal says stop. */
  private pause(delayMs: number, stopped: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        stopped.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, delayMs);
      this.endPause = end;
      stopped.addEventListener('abort', end);
      if (stopped.aborted) end();
    });
  }
}
