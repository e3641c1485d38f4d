import { Logger } from '@nestjs/common';
import { AbstractLogger, type LogLevel, type LogMessage, type LogMessageType } from 'typeorm';

/** Writes what TypeORM says of a failed migration, which is its name, as a line of the log. TypeORM's own logger writes to the console. */
export class MigrationLogger extends AbstractLogger {
  private readonly logger = new Logger('Migrations');

  protected override isLogEnabledFor(type?: LogLevel | LogMessageType): boolean {
    return type === 'migration';
  }

  protected override writeLog(_level: LogLevel, message: LogMessage | string | number): void {
    this.logger.warn(typeof message === 'object' ? String(message.message) : message);
  }
}
