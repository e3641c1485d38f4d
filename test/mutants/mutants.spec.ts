import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutate, type Mutant } from './mutant.js';
import { MUTANTS } from './mutants.js';
import { outcomeOf } from './outcome.js';
import { ROOT } from './workspace.js';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('the table of mutants', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('fits the code: %s', (_, mutant) => {
    expect(() => mutate(read(mutant.file), mutant)).not.toThrow();
    expect(mutant.specs.filter((spec) => !existsSync(join(ROOT, spec)))).toEqual([]);
  });

  it('names each mutant once', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

describe('a mutant', () => {
  const mutant: Mutant = {
    name: 'n',
    file: 'f.ts',
    text: 'a < b',
    replacement: 'true',
    specs: ['f.spec.ts'],
  };

  it('replaces its text', () => {
    expect(mutate('if (a < b) return $1;', { ...mutant, replacement: '$&' })).toBe('if ($&) return $1;');
  });

  it('is refused when its text is missing, occurs twice, or is not changed', () => {
    expect(() => mutate('if (a > b) return;', mutant)).toThrow('does not contain');
    expect(() => mutate('a < b, a < b', mutant)).toThrow('2 times');
    expect(() => mutate('a < b', { ...mutant, replacement: 'a < b' })).toThrow('itself');
  });
});

describe('the outcome of a mutant', () => {
  const report = { numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };

  it('is killed when a test failed', () => {
    expect(outcomeOf({ ...report, numFailedTests: 1 }).verdict).toBe('killed');
  });

  it('is survived when all tests passed', () => {
    expect(outcomeOf(report).verdict).toBe('survived');
  });

  it('is invalid when Jest left no report, no test was run, or a suite could not run', () => {
    expect(outcomeOf(undefined).verdict).toBe('invalid');
    expect(outcomeOf({ ...report, numPassedTests: 0 }).verdict).toBe('invalid');
    expect(outcomeOf({ ...report, numFailedTests: 1, numRuntimeErrorTestSuites: 1 }).verdict).toBe('invalid');
  });
});
