import { type BeforeApplicationShutdown, Logger, type OnApplicationShutdown } from '@nestjs/common';

/** Logs the begin of a shutdown with its signal, and its end. */
export class ShutdownLog implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Shutdown');

  beforeApplicationShutdown(signal = 'a call'): void {
    this.logger.log(`Shutting down on ${signal}: no new connections, open requests are answered`);
  }

  onApplicationShutdown(): void {
    this.logger.log('Every request is answered; connections to PostgreSQL and Redis are being closed');
  }
}
