import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureEverything } from './measurements/everything.js';
import { FULL, QUICK } from './plan.js';
import { drawChart } from './report/chart.js';
import { withSpread } from './report/format.js';
import { judgeGoals } from './report/goals.js';
import { describeMachine } from './report/machine.js';
import { type Report, writeMarkdown } from './report/markdown.js';
import { leaveCoreToServer } from './stack/cores.js';
import { Stack } from './stack/stack.js';

/** A quick run does not judge by time: on a busy machine Redis may answer late. */
const PATIENT = { CACHE_DEADLINE_MS: '5000' };

/** `npm run bench`, and `npm run bench -- --quick`, which only checks that every case runs and answers rightly. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  const plan = values.quick ? QUICK : FULL;
  const pinned = leaveCoreToServer();
  if (!pinned && !plan.isQuick) throw new Error('the benchmark needs two cores and taskset (util-linux)');
  const stack = await Stack.start(pinned, plan.isQuick ? PATIENT : {});
  try {
    const findings = await measureEverything(stack, plan, tell);
    const report: Report = {
      date: new Date().toISOString().slice(0, 10),
      machine: await describeMachine(stack),
      plan,
      findings,
      goals: judgeGoals(findings),
    };
    // The report is made of a quick run too, which thereby checks it; only a full one is worth keeping.
    const files = { 'RESULTS.md': writeMarkdown(report), 'results.svg': drawChart(findings) };
    tell('every case ran, and every answer was right');
    if (plan.isQuick) return;
    for (const [name, text] of Object.entries(files)) await writeFile(new URL(name, import.meta.url), text);
    for (const { measure, sense, wanted, measured, isMet } of report.goals)
      console.log(
        `${isMet ? 'met    ' : 'not met'}  ${measure}: ${withSpread(measured)}, wanted ${sense} ${wanted}`,
      );
  } finally {
    await stack.stop();
  }
}

function tell(line: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${line}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
