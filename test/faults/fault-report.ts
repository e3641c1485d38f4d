import { appendFileSync } from 'node:fs';
import type { DrillResult } from './drill.js';
import type { Operation } from './history.js';
import type { Violation } from './history-checker.js';

const COLUMNS = [
  'fault',
  'operations',
  'revocations',
  'revoked tokens presented',
  'accepted after revocation',
  'false refusals',
  'stale roles',
  '5xx',
  'of them unforeseen',
  'p99 before / under the fault, ms',
  'worst latency, ms',
  'trusted again after, ms',
  'worst propagation, ms',
];

/** Prints what was measured, and appends it to the file that `FAULTS_REPORT` names. */
export function publish(text: string): void {
  process.stdout.write(`\n${text}\n`);
  const file = process.env['FAULTS_REPORT'];
  if (file) appendFileSync(file, `${text}\n\n`);
}

/** The results as one Markdown table. */
export function reportTable(results: readonly DrillResult[]): string {
  const rows = [COLUMNS, ...results.map(row)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n');
}

/** Reads of every session: logins take as long as a password hash does. */
export function readLatencies(operations: readonly Operation[], from = -Infinity, to = Infinity): number[] {
  return operations
    .filter(({ kind, start }) => (kind === 'me' || kind === 'sessions') && start >= from && start < to)
    .map(({ start, end }) => end - start)
    .sort((a, b) => a - b);
}

/** @param sorted in ascending order; 0 for none */
export function percentile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

function row({ fault, operations, verdict, span, recoveryMs }: DrillResult): string[] {
  const count = (...rules: Violation['rule'][]) =>
    String(verdict.violations.filter(({ rule }) => rules.includes(rule)).length);
  const p99 = (from: number, to: number) => percentile(readLatencies(operations, from, to), 0.99).toFixed(0);
  return [
    fault,
    String(operations.length),
    String(verdict.revocations),
    String(verdict.presentedAfterRevocation),
    count('accepted after revocation'),
    count('false refusal'),
    count('stale role'),
    String(operations.filter(({ status }) => status >= 500).length),
    count('server error', 'no Retry-After', 'no answer'),
    `${p99(-Infinity, span.from)} / ${p99(span.from, span.to)}`,
    percentile(readLatencies(operations), 1).toFixed(0),
    recoveryMs.toFixed(0),
    verdict.worstPropagationMs.toFixed(0),
  ];
}
