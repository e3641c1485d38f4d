import { type Spread, spreadOf } from '../statistics/spread.js';

const digitsOf = (value: number): number => (value >= 100 ? 0 : value >= 10 ? 1 : 2);

/** A figure with as many digits as it deserves. */
export function figure(value: number): string {
  const digits = digitsOf(Math.abs(value));
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The median and, where there was more than one round, the lowest and the highest. */
export function withSpread({ median, low, high }: Spread): string {
  return low === high ? figure(median) : `${figure(median)} (${figure(low)}–${figure(high)})`;
}

export function medianOf<T>(rounds: readonly T[], pick: (round: T) => number): number {
  return spreadOf(rounds.map(pick)).median;
}

export function megabytes(bytes: number): string {
  return `${figure(bytes / 2 ** 20)} MiB`;
}

/** A table of GitHub's Markdown; the columns after the first are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
