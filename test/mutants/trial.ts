import { baselineRuns, scheduleOf } from './baseline.js';
import type { Mutant } from './mutant.js';
import { invalid, type Outcome, outcomeOf, type Results, type SpecResult, unfitness } from './outcome.js';
import { Interruption, type Workspace } from './workspace.js';

const BASELINE_LIMIT_MS = 1_800_000;
const MUTANT_LIMIT_MS = 240_000;

export interface Trial extends Outcome {
  readonly mutant: Mutant;
  readonly seconds: number;
}

/**
 * The results of all tests of the mutants without any change.
 *
 * @throws Error when Jest left no report, takes half an hour, or is interrupted
 */
export async function measureBaseline(workspace: Workspace, mutants: readonly Mutant[]): Promise<Results> {
  const results = new Map<string, SpecResult>();
  for (const run of baselineRuns(mutants))
    for (const [spec, result] of await workspace.test(run, BASELINE_LIMIT_MS)) results.set(spec, result);
  return results;
}

/**
 * Tries each mutant in one of the workspaces.
 *
 * @param report gets each outcome as soon as it is known
 * @throws Interruption
 */
export async function tryMutants(
  mutants: readonly Mutant[],
  baseline: Results,
  workspaces: readonly Workspace[],
  report: (trial: Trial) => void,
): Promise<void> {
  const { sideBySide, alone } = scheduleOf(mutants, baseline);
  const work = async (workspace: Workspace, queue: Iterable<Mutant>) => {
    for (const mutant of queue) report(await tryMutant(mutant, baseline, workspace));
  };
  // One iterator, from which each worker takes what is next.
  const queue = sideBySide.values();
  const ends = await Promise.allSettled(workspaces.map((workspace) => work(workspace, queue)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
  for (const workspace of workspaces.slice(0, 1)) await work(workspace, alone);
}

async function tryMutant(mutant: Mutant, baseline: Results, workspace: Workspace): Promise<Trial> {
  const started = performance.now();
  const outcome = unfitness(mutant, baseline) ?? (await outcomeIn(workspace, mutant, baseline));
  return { mutant, seconds: (performance.now() - started) / 1000, ...outcome };
}

function outcomeIn(workspace: Workspace, mutant: Mutant, baseline: Results): Promise<Outcome> {
  const { specs, test } = mutant;
  const run = { specs, tests: test === undefined ? [] : [test] };
  return workspace
    .with(mutant, async () => outcomeOf(await workspace.test(run, MUTANT_LIMIT_MS), baseline))
    .catch((error: unknown) => {
      if (error instanceof Interruption) throw error;
      // The first line: a compiler's output has many.
      return invalid(String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '');
    });
}
