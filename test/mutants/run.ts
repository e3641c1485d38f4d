import { MUTANTS } from './mutants.js';
import type { Mutant } from './mutant.js';
import { invalid, type Outcome, outcomeOf } from './outcome.js';
import { Workspace } from './workspace.js';

const testsOf = ({ specs, test }: Mutant) => JSON.stringify([specs, test]);
const print = (line: string) => process.stdout.write(`${line}\n`);
/** The first line: a compiler's output has many. */
const messageOf = (error: unknown) =>
  String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';

/**
 * Shows that the tests find broken code: applies each mutant to a copy of the checkout and runs its tests, which must fail.
 * The argument selects mutants whose name or file contains it. The exit code is 0 when all were killed.
 */
async function run(filter = ''): Promise<void> {
  const wanted = ({ name, file }: Mutant) => `${name} ${file}`.toLowerCase().includes(filter.toLowerCase());
  const mutants = MUTANTS.filter(wanted);
  const workspace = await Workspace.create();
  try {
    const baselines = await runUnchanged(workspace, mutants);
    const counts = { killed: 0, survived: 0, invalid: 0 };
    for (const mutant of mutants) {
      const started = performance.now();
      const { verdict, reason } = baselines.get(testsOf(mutant)) ?? (await runChanged(workspace, mutant));
      counts[verdict] += 1;
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
      print(
        `${verdict.padEnd(8)} ${seconds} s  ${mutant.file}: ${mutant.name}${reason ? ` (${reason})` : ''}`,
      );
    }
    print(`${counts.killed} killed, ${counts.survived} survived, ${counts.invalid} invalid`);
    if (counts.killed !== mutants.length || counts.killed === 0) process.exitCode = 1;
  } finally {
    await workspace.remove();
  }
}

/** Tests that fail without a change prove nothing. @returns why, for the tests of which this is so */
async function runUnchanged(workspace: Workspace, mutants: readonly Mutant[]): Promise<Map<string, Outcome>> {
  await workspace.build();
  const useless = new Map<string, Outcome>();
  for (const [key, mutant] of new Map(mutants.map((each) => [testsOf(each), each]))) {
    const { verdict, reason } = await attempt(async () => outcomeOf(await workspace.test(mutant)));
    const isGreen = verdict === 'survived';
    print(
      `${isGreen ? 'green' : 'red'}: ${mutant.specs.join(' ')}${mutant.test ? ` -t '${mutant.test}'` : ''}`,
    );
    if (!isGreen) useless.set(key, invalid(`without the change: ${reason ?? 'a test fails'}`));
  }
  return useless;
}

function runChanged(workspace: Workspace, mutant: Mutant): Promise<Outcome> {
  return attempt(() =>
    workspace.with(mutant, async () => {
      await workspace.build();
      return outcomeOf(await workspace.test(mutant));
    }),
  );
}

const attempt = (use: () => Promise<Outcome>): Promise<Outcome> =>
  use().catch((error: unknown) => invalid(messageOf(error)));

await run(process.argv[2]);
