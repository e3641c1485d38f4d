import type { Mutant } from './mutant.js';

/** `invalid`: the run says nothing about the tests, for example because the change does not compile. */
export interface Outcome {
  readonly verdict: 'killed' | 'survived' | 'invalid';
  readonly reason?: string;
}

/** The part of Jest's `--json` report that decides. */
export interface JestReport {
  readonly testResults: readonly {
    /** The path of the spec file. */
    readonly name: string;
    /** `failed` also when the suite could not run: a syntax error, a failed import. Its tests then have not failed. */
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    /** Tests that the filter leaves out are `pending`. */
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** What a spec file did in one run. */
export interface SpecResult {
  /** Full names of tests. */
  readonly passed: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  readonly couldRun: boolean;
  readonly seconds: number;
}

/** Spec files, from the checkout's root. */
export type Results = ReadonlyMap<string, SpecResult>;

export const invalid = (reason: string): Outcome => ({ verdict: 'invalid', reason });

/** @param folder the folder in which Jest ran */
export function resultsOf({ testResults }: JestReport, folder: string): Results {
  return new Map(
    testResults.map(({ name, status, startTime, endTime, assertionResults }) => {
      const named = (wanted: string) =>
        new Set(assertionResults.filter((each) => each.status === wanted).map(({ fullName }) => fullName));
      const failed = named('failed');
      const couldRun = status !== 'failed' || failed.size > 0;
      const seconds = (endTime - startTime) / 1000;
      return [name.replace(`${folder}/`, ''), { passed: named('passed'), failed, couldRun, seconds }];
    }),
  );
}

/**
 * Tests that fail without the change prove nothing.
 *
 * @param baseline the results of at least the mutant's tests without the change
 * @returns `undefined` when the mutant can be tried
 */
export function unfitness({ specs, test = '' }: Mutant, baseline: Results): Outcome | undefined {
  // As Jest does, whose filter does not distinguish capitals.
  const isWanted = (name: string) => name.toLowerCase().includes(test.toLowerCase());
  const results = specs.map((spec) => baseline.get(spec));
  const red = results.flatMap((result) => [...(result?.failed ?? [])]).find(isWanted);
  if (!results.every((result) => result?.couldRun))
    return invalid('without the change a suite could not run');
  if (red !== undefined) return invalid(`a test fails without the change: ${red}`);
  const isGreen = results.some((result) => [...(result?.passed ?? [])].some(isWanted));
  return isGreen ? undefined : invalid('no test has this name');
}

/** What a run of the mutant's tests proves. Only a test kills that passed without the change; a suite that could not run does not. */
export function outcomeOf(results: Results, baseline: Results): Outcome {
  const all = [...results];
  if (all.some(([, { couldRun }]) => !couldRun)) return invalid('a suite could not run');
  const failures = all.flatMap(([spec, { failed }]) => [...failed].map((name) => ({ spec, name })));
  if (failures.some(({ spec, name }) => baseline.get(spec)?.passed.has(name))) return { verdict: 'killed' };
  const [unknown] = failures;
  if (unknown !== undefined) return invalid(`a test failed that did not pass before: ${unknown.name}`);
  const isGreen = all.some(([, { passed }]) => passed.size > 0);
  return isGreen ? { verdict: 'survived' } : invalid('no test was run');
}
