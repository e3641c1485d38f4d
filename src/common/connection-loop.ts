/** Waits, but no longer than until the signal says stop. */
function pause(delayMs: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    stopped.addEventListener('abort', end);
    if (stopped.aborted) end();
  });
}

const FIRST_DELAY_MS = 50;

/**
 * Keeps one connection alive for ever: `connect` opens it and calls `up()` once it is of use, and its promise ends when
 * the connection is lost. Between attempts it waits twice as long each time, up to `maxDelayMs`, with jitter, so that
 * instances do not come back all at once.
 */
export class ConnectionLoop {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly connect: (up: () => void, stopped: AbortSignal) => Promise<void>,
    private readonly maxDelayMs: number,
  ) {}

  start(): void {
    this.running ??= this.run();
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
      await pause(delay * (0.5 + Math.random() / 2), signal);
    }
  }
}
