import { Logger } from '@nestjs/common';
import { isDatabaseOutage } from './database-errors.js';

/** Work in the background that repeats until it is stopped; a failure waits for the next turn. */
export class PeriodicTask {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  /** In a row. */
  private failures = 0;

  /** @param intervalMs time between the end of a turn and the next, shifted by up to a tenth so that instances differ */
  constructor(
    name: string,
    private readonly intervalMs: number,
    private readonly work: () => Promise<unknown>,
  ) {
    this.logger = new Logger(name);
  }

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
      if (this.failures > 0) this.logger.log(`Succeeded after ${count(this.failures)}`);
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      this.report(error);
    }
    if (this.timer) this.start();
  }

  /** Logs the failures number 1, 2, 4, 8 and so on: a long outage does not fill the log. */
  private report(error: unknown): void {
    if (!Number.isInteger(Math.log2(this.failures))) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Failed, and will be tried again (${count(this.failures)}): ${reason}`;
    if (isDatabaseOutage(error)) this.logger.warn(message);
    else this.logger.error(message);
  }
}

const count = (failures: number): string => (failures === 1 ? '1 failure' : `${failures} failures in a row`);
