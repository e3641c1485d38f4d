import { Logger } from '@nestjs/common';
import { isDatabaseOutage } from './database-errors.js';

/** Work in the background that repeats until it is stopped; a failure waits for the next turn. */
export class PeriodicTask {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  /** @param intervalMs time between the end of a turn and the next, shifted by up to a tenth so that instances differ */
  constructor(
    private readonly name: string,
    private readonly intervalMs: number,
    private readonly work: () => Promise<unknown>,
  ) {}

  /** @param firstDelayMs time until the first turn */
  start(firstDelayMs = this.intervalMs): void {
    const delay = firstDelayMs * (0.95 + Math.random() / 10);
    this.timer = setTimeout(() => {
      this.running = this.turn();
    }, delay).unref();
  }

  /** Resolves when a turn that has begun has ended. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private async turn(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!isDatabaseOutage(error))
        new Logger(this.name).error(`Failed, and will be tried again: ${message}`);
    }
    if (this.timer) this.start();
  }
}
