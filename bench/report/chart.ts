import { READ_CASES } from '../cases/read-cases.js';
import type { Findings } from '../measurements/everything.js';
import type { Spread } from '../statistics/spread.js';
import { figure } from './format.js';
import { compare } from './goals.js';

const WIDTH = 860;
const HEIGHT = 640;
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .note { fill: #57606a; font-size: 12px }
  .bar { fill: #9aa5b1 } .ours { fill: #2f6fde } .line { fill: none; stroke: #2f6fde; stroke-width: 2 }
  .grid { stroke: #d8dee4 } .spread { stroke: #24292f; stroke-width: 1.5 }`;

/** A picture of its own: bars for the comparison, a line for the growth. */
export function drawChart(findings: Findings): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Benchmark results">
<style>${STYLE}
</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${comparison(findings)}
${growth(findings)}
</svg>
`;
}

const BARS = { left: 210, right: 790, top: 70, step: 36, height: 22 };

function comparison({ throughput: { cases } }: Findings): string {
  const { left, right, top, step, height } = BARS;
  const rows = READ_CASES.map(({ key, title }) => ({
    title,
    isOurs: ['warm', 'cold', 'down'].includes(key),
    ratio: compare(cases[key], cases.guarded),
  }));
  const most = Math.max(...rows.map(({ ratio }) => ratio.high));
  const x = (value: number) => left + (value / most) * (right - left);
  const bars = rows.map(({ title, isOurs, ratio }, index) => {
    const y = top + index * step;
    const middle = y + height / 2;
    return [
      label(left - 10, middle + 4, title, 'end'),
      `<rect class="${isOurs ? 'ours' : 'bar'}" x="${left}" y="${y}" width="${at(x(ratio.median) - left)}" height="${height}"/>`,
      line(x(ratio.low), middle, x(ratio.high), middle, 'spread'),
      label(right + 10, middle + 4, figure(ratio.median), 'start'),
    ].join('\n');
  });
  return [
    label(20, 30, 'Throughput on one core, relative to a do-nothing guard', 'start', 'title'),
    label(20, 50, 'blue: this product; the line through a bar spans the rounds', 'start', 'note'),
    ...bars,
  ].join('\n');
}

const PLOT = { left: 210, right: 790, top: 420, bottom: 575 };

function growth({ growth: { guarded, stages } }: Findings): string {
  const { left, right, top, bottom } = PLOT;
  const points = stages.map(({ users, warm }) => ({ users, ratio: compare(warm, guarded) }));
  const most = Math.max(1, ...points.map(({ ratio }) => ratio.high));
  const widest = Math.log10(Math.max(10, ...stages.map(({ users }) => users)));
  const x = (users: number) => left + (Math.log10(users) / widest) * (right - left);
  const y = (value: number) => bottom - (value / most) * (bottom - top);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((value) =>
    [
      line(left, y(value), right, y(value), 'grid'),
      label(left - 10, y(value) + 4, figure(value), 'end'),
    ].join('\n'),
  );
  return [
    label(20, 370, 'Warm requests as the stores grow, relative to a do-nothing guard', 'start', 'title'),
    label(20, 390, 'as many live sessions and as many revocations as users', 'start', 'note'),
    ...ticks,
    `<polyline class="line" points="${points.map(({ users, ratio }) => `${at(x(users))},${at(y(ratio.median))}`).join(' ')}"/>`,
    ...points.map(({ users, ratio }) => point(x(users), y, users, ratio)),
    label((left + right) / 2, bottom + 45, 'users', 'middle', 'note'),
  ].join('\n');
}

function point(x: number, y: (value: number) => number, users: number, ratio: Spread): string {
  return [
    line(x, y(ratio.low), x, y(ratio.high), 'spread'),
    `<circle class="ours" cx="${at(x)}" cy="${at(y(ratio.median))}" r="4"/>`,
    label(x + 8, y(ratio.median) - 8, figure(ratio.median), 'start'),
    label(x, PLOT.bottom + 22, users.toLocaleString('en'), 'middle'),
  ].join('\n');
}

function label(x: number, y: number, text: string, anchor: string, style = ''): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${style && ` class="${style}"`}>${text}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line class="${style}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;
}

/** A coordinate with one decimal, so that the file stays small. */
function at(value: number): string {
  return value.toFixed(1);
}
