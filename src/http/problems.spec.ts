import { INTRODUCTION } from './api-docs.introduction.js';
import { ProblemError } from './problem.error.js';
import { PROBLEM_CODES, PROBLEMS, problemOf } from './problems.js';

describe('the problem catalogue', () => {
  it.each(PROBLEM_CODES)('has a stable code, an error status and a detail for %s', (code) => {
    expect(code).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(PROBLEMS[code].status).toBeGreaterThanOrEqual(400);
    expect(PROBLEMS[code].detail).not.toBe('');
  });

  it('is the only source of codes: another one does not compile', () => {
    // @ts-expect-error The catalogue has no such code.
    expect(() => problemOf('no_such_code')).toThrow();
    // @ts-expect-error The catalogue has no such code.
    expect(() => new ProblemError('no_such_code')).toThrow();
  });

  it.each(PROBLEM_CODES)('lists %s once in the API documentation, in the row of its status', (code) => {
    const rows = INTRODUCTION.split('\n').filter((line) => line.includes(`\`${code}\``));
    expect(rows).toEqual([expect.stringMatching(new RegExp(`^\\| ${PROBLEMS[code].status} \\|`))]);
  });
});
