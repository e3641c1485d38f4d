import type { Bar, Statistics } from './statistics.js';
import type { End, Users } from './users.js';

const BAR_WIDTH = 40;
const PERCENTILES = [50, 90, 99, 100] as const;

/** The result for people. @param elapsedMs from the first request to the last answer */
export function summarise(statistics: Statistics, elapsedMs: number): string[] {
  const { answers, verdicts } = statistics;
  const latencies = PERCENTILES.map(
    (percent) => `${percent === 100 ? 'max' : `p${percent}`} ${figure(statistics.percentile(percent))} ms`,
  );
  const bars = statistics.bars();
  const most = Math.max(...bars.map(({ count }) => count));
  return [
    `${grouped(answers)} answers in ${(elapsedMs / 1000).toFixed(1)} s: ${grouped((answers * 1000) / elapsedMs)} a second`,
    `latency: ${latencies.join(', ')}`,
    '',
    ...bars.map((bar) => lineOf(bar, most)),
    '',
    ...[...verdicts].sort().map(([verdict, count]) => `${grouped(count).padStart(10)}  ${verdict}`),
  ];
}

/** What became of the sessions, and what stays. */
export function summariseEnd({ ended, live, accepted }: End, { registered, pattern }: Users): string[] {
  if (registered === 0) return [];
  const lines = [
    `${ended} sessions ended; ${accepted} access tokens accepted after the logout` +
      (accepted === 0 ? '' : ': a promise does not hold'),
  ];
  if (live > 0)
    lines.push(`${live} sessions may be live until they expire: their logout was not acknowledged`);
  lines.push(
    `${registered} accounts stay; nobody knows their passwords. To remove them: ` +
      `DELETE FROM users WHERE email LIKE '${pattern}';`,
  );
  return lines;
}

/** A bar of the progress, such as `[####      ]`. @param share 0 to 1 */
export function progressBar(share: number): string {
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`;
}

function lineOf({ below, count }: Bar, most: number): string {
  const label = Number.isFinite(below) ? `< ${below} ms` : 'longer';
  const bar = '#'.repeat(Math.ceil((count / most) * BAR_WIDTH));
  return `${label.padStart(10)}  ${bar.padEnd(BAR_WIDTH)}  ${grouped(count)}`;
}

export const grouped = (count: number) => Math.round(count).toLocaleString('en');

export const figure = (ms: number) => ms.toFixed(ms < 10 ? 1 : 0);
