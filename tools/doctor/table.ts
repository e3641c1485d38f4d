import { styleText } from 'node:util';
import { CHECKS } from './checks/all-checks.js';
import { formatMs } from './observation.js';
import type { Report, Row } from './report.js';

const WIDTH = {
  result: 7,
  ms: 7,
  stale: 8,
  promise: Math.max(...CHECKS.map(({ promise }) => promise.length)),
};
const COLOURS = { ok: 'green', failed: 'red', skipped: 'yellow' } as const;
const VERDICTS: Readonly<Record<Report['result'], string>> = {
  ok: 'every promise that was examined holds',
  failed: 'a promise does not hold',
  usage: 'the command was called in a wrong way',
  unexamined: 'the deployment could not be examined',
  interrupted: 'interrupted',
};

/** Writes the rows as they come. */
export class Table {
  private readonly instanceWidth: number;

  /** @param isColoured for a terminal */
  constructor(
    instances: readonly string[],
    private readonly isColoured: boolean,
  ) {
    this.instanceWidth = Math.max('instance'.length, ...instances.map((name) => name.length));
  }

  head(): string {
    return this.line('result', 'ms', 'stale ms', 'instance', 'promise', 'notes');
  }

  row({ result, ms, instance, promise, detail, staleness_ms: staleness }: Row): string {
    const line = this.line(result, figure(ms), figure(staleness), instance ?? '', promise, detail);
    return this.isColoured
      ? styleText(COLOURS[result], line.slice(0, WIDTH.result)) + line.slice(WIDTH.result)
      : line;
  }

  /** What the rows come to, and what is left on the deployment. */
  end({ result, rows, left, duration_ms: duration }: Report): string[] {
    const count = (wanted: Row['result']) => rows.filter((row) => row.result === wanted).length;
    return [
      '',
      ...left,
      `${count('ok')} ok, ${count('failed')} failed, ${count('skipped')} skipped in ${(duration / 1000).toFixed(1)} s: ${VERDICTS[result]}`,
    ];
  }

  private line(
    result: string,
    ms: string,
    stale: string,
    instance: string,
    promise: string,
    notes: string,
  ): string {
    return [
      result.padEnd(WIDTH.result),
      ms.padStart(WIDTH.ms),
      stale.padStart(WIDTH.stale),
      instance.padEnd(this.instanceWidth),
      promise.padEnd(WIDTH.promise),
      notes,
    ]
      .join('  ')
      .trimEnd();
  }
}

const figure = (ms: number | null) => (ms === null ? '' : formatMs(ms));
