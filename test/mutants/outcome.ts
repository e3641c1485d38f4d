/** `invalid`: the run says nothing about the tests, for example because the change does not compile. */
export interface Outcome {
  readonly verdict: 'killed' | 'survived' | 'invalid';
  readonly reason?: string;
}

/** The numbers of Jest's `--json` report that decide. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Suites that could not run at all: a syntax error, a failed import. */
  readonly numRuntimeErrorTestSuites: number;
}

export const invalid = (reason: string): Outcome => ({ verdict: 'invalid', reason });

/** What a run of the mutant's tests proves. Only a test that failed kills; a suite that could not run does not. */
export function outcomeOf(report: JestReport | undefined): Outcome {
  if (report === undefined) return invalid('Jest left no report');
  if (report.numRuntimeErrorTestSuites > 0) return invalid('a suite could not run');
  if (report.numFailedTests > 0) return { verdict: 'killed' };
  return report.numPassedTests > 0 ? { verdict: 'survived' } : invalid('no test was run');
}
