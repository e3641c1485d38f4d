import type { LoggerService } from '@nestjs/common';
import { destination, type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogConfig } from '../config/app-config.js';
import { ReadableLines } from './readable-lines.js';
import { REDACTED_PATHS, serializeError, withoutSecrets } from './redaction.js';

/** What the framework says of its own assembly; a reader of the log wants the application's words. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Takes lines. One that collects them writes all that it has on `flushSync`. */
export interface LogOutput extends DestinationStream {
  flushSync?(): void;
}

/**
 * The one logger of the process: JSON lines in production, text for people elsewhere. A message is a text, an error, or an
 * object whose members become members of the line.
 */
export class AppLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(
    { level, isJson }: Pick<LogConfig, 'level' | 'isJson'>,
    private readonly output: LogOutput = isJson ? standardOutput() : new ReadableLines(),
  ) {
    const options = {
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      serializers: { err: serializeError },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    };
    this.pino = pino(options, output);
  }

  /** The logger of lines whose members hold no secret by their making. Redaction would double the cost of such a line. */
  withoutRedaction(context: string): Logger {
    return this.pino.child({ context }, { redact: [] });
  }

  log(message: unknown, ...optional: unknown[]): void {
    if (!FRAMEWORK_CONTEXTS.has(String(optional.at(-1)))) this.write('info', message, optional);
  }

  fatal(message: unknown, ...optional: unknown[]): void {
    this.write('fatal', message, optional);
  }

  error(message: unknown, ...optional: unknown[]): void {
    this.write('error', message, optional);
  }

  warn(message: unknown, ...optional: unknown[]): void {
    this.write('warn', message, optional);
  }

  debug(message: unknown, ...optional: unknown[]): void {
    this.write('debug', message, optional);
  }

  verbose(message: unknown, ...optional: unknown[]): void {
    this.write('trace', message, optional);
  }

  /** @param optional what NestJS appends: the context, and before it the stack of an error */
  private write(level: Level, message: unknown, optional: unknown[]): void {
    const texts = optional.filter((value) => typeof value === 'string');
    const [context, stack] = [texts.at(-1), texts.at(-2)];
    const line = { context, ...membersOf(message) };
    this.pino[level](stack === undefined ? line : { ...line, stack: withoutSecrets(stack) });
    this.output.flushSync?.();
  }
}

function membersOf(message: unknown): object {
  if (message instanceof Error) return { msg: withoutSecrets(message.message), err: message };
  if (typeof message !== 'object' || message === null) return { msg: withoutSecrets(String(message)) };
  return message;
}

/** Lines of requests are collected for up to 100 ms, because each write of a line costs as much as the line itself. */
function standardOutput(): LogOutput {
  const output = destination({ dest: 1, sync: true, minLength: 4096, periodicFlush: 100 });
  process.once('exit', () => output.flushSync());
  return output;
}
