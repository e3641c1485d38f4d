import { type Spread, spreadOf } from '../statistics/spread.js';

const digitsOf = (value: number): number => (value >= 100 ? 0 : value >= 10 ? 1 : 2);

/** Formats a number with two decimals, with one from 10 on, and with none from 100 on. */
export function formatNumber(value: number): string {
  const digits = digitsOf(Math.abs(value));
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The median, with the lowest and the highest value in parentheses when they differ. */
export function formatSpread({ median, low, high }: Spread): string {
  return low === high
    ? formatNumber(median)
    : `${formatNumber(median)} (${formatNumber(low)}–${formatNumber(high)})`;
}

export function formatMebibytes(bytes: number): string {
  return `${formatNumber(bytes / 2 ** 20)} MiB`;
}

/** Formats the median of one value per round. */
export function formatMedian<T>(rounds: readonly T[], pick: (round: T) => number): string {
  return formatNumber(spreadOf(rounds.map(pick)).median);
}

/** A GitHub Markdown table. All columns but the first are right-aligned. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
