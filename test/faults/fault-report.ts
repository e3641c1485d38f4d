import { appendFileSync } from 'node:fs';
import type { FaultResult } from './run-fault.js';
import { isAcknowledged, isRead, type Operation } from './checker/history.js';
import type { Rule } from './checker/violation.js';

const COLUMNS = [
  'fault',
  'operations',
  'exchanges by cookie',
  'revocations',
  'revoked tokens presented',
  'accepted after revocation',
  'false refusals',
  'stale roles',
  'other violations',
  '5xx',
  'of them unforeseen',
  'p99 before / under the fault, ms',
  'worst latency, ms',
  'reads lost at most, ms (of so many judged)',
  'healthy again after, ms',
  'slowest revocation, ms',
  'worst acceptance after SQL, ms',
];

const UNFORESEEN: readonly Rule[] = ['server error', 'late refusal', 'no Retry-After', 'no answer'];
/** The rules with a column of their own. */
const NAMED: readonly Rule[] = ['accepted after revocation', 'false refusal', 'stale role', ...UNFORESEEN];

/** Prints what was measured, and appends it to the file that `FAULTS_REPORT` names. */
export function publish(text: string): void {
  process.stdout.write(`\n${text}\n`);
  const file = process.env['FAULTS_REPORT'];
  if (file) appendFileSync(file, `${text}\n\n`);
}

/** The results as one Markdown table. */
export function reportTable(results: readonly FaultResult[]): string {
  return table([COLUMNS, ...results.map(row)]);
}

/** Rows as a Markdown table; the first has the names of the columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n');
}

/** Reads of every session: logins take as long as a password hash does. */
export function readLatencies(operations: readonly Operation[], from = -Infinity, to = Infinity): number[] {
  return operations
    .filter((each) => isRead(each) && each.start >= from && each.start < to)
    .map(({ start, end }) => end - start)
    .sort((a, b) => a - b);
}

/** How many refresh tokens were exchanged by cookies. */
export function cookieExchanges(operations: readonly Operation[]): number {
  return operations.filter((each) => each.exchange?.byCookie === true && isAcknowledged(each)).length;
}

/** @param sorted in ascending order; 0 for none */
export function percentile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

function row({ fault, operations, checked, span, recoveryMs }: FaultResult): string[] {
  const countIf = (isCounted: (rule: Rule) => boolean) =>
    String(checked.violations.filter(({ rule }) => isCounted(rule)).length);
  const count = (...rules: Rule[]) => countIf((rule) => rules.includes(rule));
  const p99 = (from: number, to: number) => percentile(readLatencies(operations, from, to), 0.99).toFixed(0);
  return [
    fault,
    String(operations.length),
    String(cookieExchanges(operations)),
    String(checked.revocations),
    String(checked.presentedAfterRevocation),
    count('accepted after revocation'),
    count('false refusal'),
    count('stale role'),
    countIf((rule) => !NAMED.includes(rule)),
    String(operations.filter(({ status }) => status >= 500).length),
    count(...UNFORESEEN),
    `${p99(-Infinity, span.from)} / ${p99(span.from, span.to)}`,
    percentile(readLatencies(operations), 1).toFixed(0),
    `${checked.readLoss.worstMs.toFixed(0)} (${checked.readLoss.judged})`,
    recoveryMs.toFixed(0),
    checked.slowestAcknowledgementMs.toFixed(0),
    checked.worstSqlMs.toFixed(0),
  ];
}
