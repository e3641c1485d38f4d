import { styleText } from 'node:util';

interface Line {
  level: string;
  time: string;
  pid: number;
  context?: string;
  msg?: string;
  stack?: string;
  err?: { stack?: string };
}

const CONTROL = /\p{Cc}/u;

const COLOURS: Partial<Record<string, 'red' | 'yellow' | 'green'>> = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  info: 'green',
};

/** A destination of pino that turns its JSON lines into text for people, with colours at a terminal. */
export class ReadableLines {
  private readonly hasColours = process.stdout.isTTY && process.stdout.hasColors();

  write(json: string): void {
    process.stdout.write(`${this.format(JSON.parse(json) as Line)}\n`);
  }

  private format({ level, time, pid: _, context, msg, stack, err, ...members }: Line): string {
    const rest = Object.entries(members).map(([name, value]) => `${name}=${text(value)}`);
    const source = context === undefined ? [] : [`[${context}]`];
    const words = [time, this.coloured(level), ...source, msg ?? '', ...rest].filter((word) => word !== '');
    return [words.join(' '), stack ?? err?.stack].filter((part) => part !== undefined).join('\n');
  }

  private coloured(level: string): string {
    const label = level.toUpperCase().padEnd(5);
    if (!this.hasColours) return label;
    return styleText(COLOURS[level] ?? 'gray', label);
  }
}

/** Control characters would end the line, or command the terminal. */
function text(value: unknown): string {
  return typeof value === 'string' && !CONTROL.test(value) ? value : JSON.stringify(value);
}
