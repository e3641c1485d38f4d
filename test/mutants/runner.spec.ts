import { parseArguments, UsageError } from './arguments.js';
import { baselineRuns, scheduleOf } from './baseline.js';
import { filesChangedSince } from './git.js';
import type { Mutant } from './mutant.js';
import { outcomeOf, resultsOf, type SpecResult, unfitness } from './outcome.js';
import { selectMutants } from './selection.js';

const mutant = (name: string, more: Partial<Mutant> = {}): Mutant => ({
  name,
  file: `src/${name}.ts`,
  text: 'a',
  replacement: 'b',
  specs: [`src/${name}.spec.ts`],
  ...more,
});
const result = (more: { passed?: string[]; failed?: string[]; couldRun?: boolean; seconds?: number }) => {
  const { passed = [], failed = [], couldRun = true, seconds = 1 } = more;
  return { passed: new Set(passed), failed: new Set(failed), couldRun, seconds };
};
const results = (all: Record<string, SpecResult>) => new Map(Object.entries(all));
const SPEC = 'src/a.spec.ts';

describe('the arguments', () => {
  it('select all mutants by default', () => {
    expect(parseArguments([])).toEqual({ filter: '', changedSince: undefined, workers: 3 });
  });

  it('name a filter, a revision and the workers', () => {
    expect(parseArguments(['cache', '--changed=v1', '--workers=2'])).toEqual({
      filter: 'cache',
      changedSince: 'v1',
      workers: 2,
    });
  });

  it('need no revision', () => {
    expect(parseArguments(['--changed', 'cache'])).toMatchObject({ filter: 'cache', changedSince: '' });
  });

  it.each([
    ['an unknown option', ['--all']],
    ['two filters', ['a', 'b']],
    ['no workers', ['--workers=0']],
    ['workers that are no number', ['--workers=x']],
    ['an option without its value', ['--workers']],
  ])('are refused with %s', (_, args) => {
    expect(() => parseArguments(args)).toThrow(UsageError);
  });

  it('are refused with a revision that git does not know', async () => {
    await expect(filesChangedSince('no-such-revision')).rejects.toThrow(UsageError);
  });
});

describe('the selection', () => {
  const all = ['a', 'b', 'c'].map((name) => mutant(name));
  const whole = { filter: '' };
  const names = (...args: Parameters<typeof selectMutants>) => selectMutants(...args).map(({ name }) => name);

  it('takes names and files that contain the filter', () => {
    expect(names(all, { filter: 'SRC/B' })).toEqual(['b']);
    expect(() => names(all, { filter: 'd' })).toThrow(UsageError);
  });

  it('takes mutants whose file or spec has changed', () => {
    expect(names(all, whole, new Set(['src/a.ts', 'src/c.spec.ts']))).toEqual(['a', 'c']);
    expect(names(all, whole, new Set())).toEqual([]);
  });
});

describe('the runs without a change', () => {
  it('have whole specs in one, filtered ones in another, and slow ones apart', () => {
    const slow = ['test/faults/f.spec.ts'] as const;
    const runs = baselineRuns([
      mutant('a'),
      mutant('a', { test: 'one' }),
      mutant('b', { test: 'two' }),
      mutant('c', { test: 'three' }),
      mutant('d', { specs: slow, test: 'four' }),
    ]);
    expect(runs).toEqual([
      { specs: [SPEC], tests: [] },
      { specs: ['src/b.spec.ts', 'src/c.spec.ts'], tests: ['two', 'three'] },
      { specs: [...slow], tests: ['four'] },
    ]);
  });

  it('decide the order: the slowest first, those of faults alone', () => {
    const slow = mutant('slow');
    const quick = mutant('quick');
    const fault = mutant('fault', { specs: ['test/faults/f.spec.ts'] });
    const baseline = results({ 'src/slow.spec.ts': result({ seconds: 9 }), 'src/quick.spec.ts': result({}) });
    expect(scheduleOf([quick, fault, slow], baseline)).toEqual({ sideBySide: [slow, quick], alone: [fault] });
  });
});

describe('a report of Jest', () => {
  const suite = {
    name: `/w/${SPEC}`,
    status: 'passed',
    startTime: 1000,
    endTime: 3500,
    assertionResults: [],
  };
  const test = (fullName: string, status: string) => ({ fullName, status });

  it('says for each spec what passed and what failed', () => {
    const assertionResults = [test('x', 'passed'), test('y', 'failed'), test('z', 'pending')];
    const { [SPEC]: found } = Object.fromEntries(
      resultsOf({ testResults: [{ ...suite, status: 'failed', assertionResults }] }, '/w'),
    );
    expect(found).toEqual(result({ passed: ['x'], failed: ['y'], seconds: 2.5 }));
  });

  it('says that a suite could not run', () => {
    const found = resultsOf({ testResults: [{ ...suite, status: 'failed' }] }, '/w').get(SPEC);
    expect(found?.couldRun).toBe(false);
  });
});

describe('a mutant whose tests say nothing', () => {
  const of = (baseline: SpecResult, test?: string) =>
    unfitness(mutant('a', { test }), results({ [SPEC]: baseline }))?.verdict;

  it('is invalid when a test fails without the change', () => {
    expect(of(result({ passed: ['x'], failed: ['y'] }))).toBe('invalid');
    expect(of(result({ passed: ['x'], failed: ['y'] }), 'X')).toBeUndefined();
  });

  it('is invalid when the suite could not run, or no test has the name', () => {
    expect(of(result({ passed: ['x'], couldRun: false }))).toBe('invalid');
    expect(of(result({ passed: ['x'] }), 'y')).toBe('invalid');
    expect(unfitness(mutant('a'), new Map())?.verdict).toBe('invalid');
  });
});

describe('the outcome of a mutant', () => {
  const baseline = results({ [SPEC]: result({ passed: ['x', 'y'] }) });
  const of = (now: SpecResult) => outcomeOf(results({ [SPEC]: now }), baseline).verdict;

  it('is killed when a test failed that passed before', () => {
    expect(of(result({ passed: ['y'], failed: ['x'] }))).toBe('killed');
  });

  it('is survived when all tests passed', () => {
    expect(of(result({ passed: ['x', 'y'] }))).toBe('survived');
  });

  it('is invalid when only other tests failed, no test was run, or a suite could not run', () => {
    expect(of(result({ passed: ['x'], failed: ['z'] }))).toBe('invalid');
    expect(of(result({}))).toBe('invalid');
    expect(of(result({ failed: ['x'], couldRun: false }))).toBe('invalid');
  });
});
