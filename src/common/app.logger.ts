import type { LoggerService } from '@nestjs/common';
import { destination, type DestinationStream, type Level, type Logger, pino } from 'pino';
import type { LogConfig } from '../config/app-config.js';
import { CollectedLines } from './collected-lines.js';
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
  private readonly output: LogOutput;
  private readonly collectors: (() => void)[] = [];

  constructor(
    private readonly config: Pick<LogConfig, 'level' | 'isJson'>,
    output?: LogOutput,
  ) {
    this.output = output ?? (config.isJson ? new CollectedLines(standardOutput()) : new ReadableLines());
    this.pino = pino(
      { ...this.options(), redact: { paths: REDACTED_PATHS, censor: '[redacted]' } },
      this.output,
    );
  }

  /** Whether lines of this level are written. */
  has(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  /**
   * Writes a line that its caller has made, for lines so many that pino is too slow. Its members hold no secret by their making.
   * @param line JSON, with the members that every line has, and a line break
   */
  writeLine(line: string): void {
    this.output.write(line);
  }

  /** Before each other line, and at the exit, `write` writes the lines that its caller has not written yet. */
  collect(write: () => void): void {
    this.collectors.push(write);
  }

  /** Writes everything that was collected. To be called at the exit too. */
  flush(): void {
    for (const write of this.collectors) write();
    this.output.flushSync?.();
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
    for (const collected of this.collectors) collected();
    this.pino[level](stack === undefined ? line : { ...line, stack: withoutSecrets(stack) });
    this.output.flushSync?.();
  }

  private options() {
    return {
      level: this.config.level,
      base: { pid: process.pid },
      timestamp: isoTime(),
      formatters: { level: (label: string) => ({ level: label }) },
      serializers: { err: serializeError },
    };
  }
}

/** pino's destination goes through a text three times: for its length, for the write, and for what the write leaves. Bytes are made once. */
function standardOutput(): DestinationStream {
  const output = destination({ dest: 1, sync: true, contentMode: 'buffer' });
  // In this mode it takes bytes, which its types do not say.
  return { write: (lines) => output.write(Buffer.from(lines) as unknown as string) };
}

function membersOf(message: unknown): object {
  if (message instanceof Error) return { msg: withoutSecrets(message.message), err: message };
  if (typeof message !== 'object' || message === null) return { msg: withoutSecrets(String(message)) };
  const { msg } = message as { msg?: unknown };
  return typeof msg === 'string' ? { ...message, msg: withoutSecrets(msg) } : message;
}

/**
 * Makes the member `time` of a line, ISO 8601 in UTC, of the milliseconds since the epoch. A busy process writes many lines in one
 * second: the text up to its milliseconds is made once for them.
 */
export function isoTime(): (time?: number) => string {
  let madeFor = NaN;
  let head = '';
  return (time = Date.now()) => {
    const milliseconds = time % 1000;
    if (time - milliseconds !== madeFor) {
      madeFor = time - milliseconds;
      head = `,"time":"${new Date(madeFor).toISOString().slice(0, -4)}`;
    }
    return `${head}${String(milliseconds).padStart(3, '0')}Z"`;
  };
}
