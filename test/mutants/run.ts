import { startSharedServices, stopSharedServices } from '../support/jest/shared-services.js';
import { type Arguments, parseArguments, UsageError } from './arguments.js';
import { filesChangedSince } from './git.js';
import type { Mutant } from './mutant.js';
import { MUTANTS } from './mutants.js';
import type { Results } from './outcome.js';
import { selectMutants } from './selection.js';
import { measureBaseline, type Trial, tryMutants } from './trial.js';
import { Interruption, Workspace } from './workspace.js';

const EXIT = { killed: 0, notKilled: 1, usage: 2, interrupted: 130 };
const interruption = new AbortController();
const print = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Shows that the tests find broken code: applies each mutant to a copy of the checkout and runs its tests, of which one that
 * passes without the change must fail.
 *
 * @returns the exit code
 */
async function run(args: Arguments): Promise<number> {
  const changed = args.changedSince === undefined ? undefined : await filesChangedSince(args.changedSince);
  const mutants = selectMutants(MUTANTS, args, changed);
  if (mutants.length === 0) {
    print('no mutant is selected');
    return EXIT.killed;
  }
  try {
    // Each Jest inherits the address of PostgreSQL, and starts none of its own.
    await startSharedServices();
    return await runInWorkspaces(mutants, args.workers);
  } finally {
    await stopSharedServices();
  }
}

async function runInWorkspaces(mutants: readonly Mutant[], workers: number): Promise<number> {
  const first = await Workspace.create(interruption.signal);
  const workspaces = [first];
  try {
    while (workspaces.length < Math.min(workers, mutants.length)) workspaces.push(await first.copy());
    const baseline = await measureBaseline(first, mutants);
    printBaseline(baseline);
    const counts = { killed: 0, survived: 0, invalid: 0 };
    await tryMutants(mutants, baseline, workspaces, (trial) => {
      counts[trial.verdict] += 1;
      printTrial(trial);
    });
    print(`${counts.killed} killed, ${counts.survived} survived, ${counts.invalid} invalid, ${total()}`);
    return counts.killed === mutants.length ? EXIT.killed : EXIT.notKilled;
  } finally {
    for (const workspace of workspaces) await workspace.remove();
  }
}

function printBaseline(baseline: Results): void {
  const count = (which: 'passed' | 'failed') =>
    [...baseline.values()].reduce((sum, result) => sum + result[which].size, 0);
  print(
    `unchanged: ${baseline.size} spec files, ${count('passed')} tests passed, ${count('failed')} failed, ${total()}`,
  );
}

function printTrial({ mutant, verdict, seconds, reason }: Trial): void {
  const time = `${seconds.toFixed(1).padStart(6)} s`;
  print(`${verdict.padEnd(8)} ${time}  ${mutant.file}: ${mutant.name}${reason ? ` (${reason})` : ''}`);
}

/** Since the start. */
const total = () => `${(performance.now() / 1000).toFixed(1)} s`;

function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return EXIT.interrupted;
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return EXIT.usage;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interruption.abort(new Interruption()));
try {
  process.exitCode = await run(parseArguments(process.argv.slice(2)));
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
