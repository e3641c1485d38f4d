import { isatty } from 'node:tty';
import { ConsoleLogger } from '@nestjs/common';

/** What the framework says of its own assembly; a reader of the log wants the application's words. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** JSON lines in production, text for people elsewhere. */
export class AppLogger extends ConsoleLogger {
  constructor(isProduction: boolean) {
    super({ json: isProduction, colors: !isProduction && isatty(1) });
  }

  override log(message: unknown, ...optional: unknown[]): void {
    if (!FRAMEWORK_CONTEXTS.has(String(optional.at(-1)))) super.log(message, ...optional);
  }
}
