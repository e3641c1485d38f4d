import type { Mutant } from './mutant.js';
import type { Results } from './outcome.js';

/** Specs that measure latency, or need many servers: they run when nothing else does. */
const ALONE = /^test\/(faults|cluster)\//;

/** One run of Jest. */
export interface TestRun {
  readonly specs: readonly string[];
  /** Only tests whose full name contains one of these; all when there is none. */
  readonly tests: readonly string[];
}

/**
 * The runs of the unchanged code that have each test of the mutants in it. Specs of which whole files are needed share one
 * run; so do those of which a few tests are needed, apart from slow specs, in which the filters of others would match too much.
 */
export function baselineRuns(mutants: readonly Mutant[]): TestRun[] {
  const whole = new Set(mutants.filter(({ test }) => test === undefined).flatMap(({ specs }) => specs));
  const runs = new Map<string, { specs: Set<string>; tests: Set<string> }>();
  for (const { specs, test } of mutants)
    for (const spec of specs) {
      const key = whole.has(spec) ? 'whole' : (ALONE.exec(spec)?.[0] ?? 'filtered');
      const run = runs.get(key) ?? { specs: new Set(), tests: new Set() };
      runs.set(key, run);
      run.specs.add(spec);
      if (key !== 'whole' && test !== undefined) run.tests.add(test);
    }
  return [...runs.values()].map(({ specs, tests }) => ({ specs: [...specs], tests: [...tests] }));
}

export interface Schedule {
  readonly sideBySide: readonly Mutant[];
  readonly alone: readonly Mutant[];
}

/** Which mutants may be tried at the same time. Those with the slowest specs come first, so that no worker ends long after the others. */
export function scheduleOf(mutants: readonly Mutant[], baseline: Results): Schedule {
  const secondsOf = ({ specs }: Mutant) =>
    specs.reduce((sum, spec) => sum + (baseline.get(spec)?.seconds ?? 0), 0);
  const isAlone = ({ specs }: Mutant) => specs.some((spec) => ALONE.test(spec));
  const slowestFirst = [...mutants].sort((one, other) => secondsOf(other) - secondsOf(one));
  return {
    sideBySide: slowestFirst.filter((mutant) => !isAlone(mutant)),
    alone: slowestFirst.filter(isAlone),
  };
}
