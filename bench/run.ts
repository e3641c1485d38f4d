import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureAll } from './measurements/all-measurements.js';
import { FULL, QUICK } from './plan.js';
import { formatSpread } from './report/format.js';
import { evaluateGoals } from './report/goals.js';
import { describeMachine } from './report/machine.js';
import { writeMarkdown } from './report/markdown.js';
import { pinToLoadCore } from './stack/cpu-pinning.js';
import { Stack } from './stack/stack.js';

/** A quick run must not fail on a busy machine, where Redis may miss the default deadline. */
const QUICK_SERVER_ENV = { CACHE_DEADLINE_MS: '5000' };

/** `npm run bench` measures and writes `RESULTS.md`. `npm run bench -- --quick` only checks every case and response. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  const plan = values.quick ? QUICK : FULL;
  const pinned = pinToLoadCore();
  if (!pinned && !plan.isQuick) throw new Error('the benchmark needs two cores and taskset (util-linux)');
  const stack = await Stack.start(pinned, plan.isQuick ? QUICK_SERVER_ENV : {});
  try {
    const results = await measureAll(stack, plan, log);
    const goals = evaluateGoals(results);
    // A quick run also renders the report, which checks the renderer, but does not save it.
    const markdown = writeMarkdown({
      date: new Date().toISOString().slice(0, 10),
      machine: await describeMachine(stack),
      plan,
      results,
      goals,
    });
    log('every case ran, and every answer was right');
    if (plan.isQuick) return;
    await writeFile(new URL('RESULTS.md', import.meta.url), markdown);
    for (const { measure, comparison, target, measured, isMet } of goals)
      console.log(
        `${isMet ? 'met    ' : 'not met'}  ${measure}: ${formatSpread(measured)}, goal ${comparison} ${target}`,
      );
  } finally {
    await stack.stop();
  }
}

function log(line: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${line}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
