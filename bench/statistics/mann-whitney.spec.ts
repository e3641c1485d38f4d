import { mannWhitneyP } from './mann-whitney.js';

/** Numbers of a generator (Lehmer), so that each run has the same. */
function numbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => (state = (state * 48_271) % 2_147_483_647) % 1000);
}

describe('the p-value of two samples', () => {
  // The expected values are those of scipy.stats.mannwhitneyu (1.17.1), two-sided, asymptotic.
  it.each([
    ['of one distribution', numbers(200, 1), numbers(200, 2), 0.59326797],
    [
      'of which one is a little higher',
      numbers(200, 1),
      numbers(200, 2).map((each) => each + 60),
      0.14499513,
    ],
    [
      'with many ties',
      numbers(200, 1).map((each) => each % 5),
      numbers(150, 3).map((each) => each % 4),
      0.00258093,
    ],
  ])('%s is that of scipy', (_, one, other, expected) =>
    expect(mannWhitneyP(one, other)).toBeCloseTo(expected, 6),
  );

  it('is 1 for equal samples, and about 0 for samples without overlap', () => {
    const sample = numbers(100, 5);
    expect(mannWhitneyP(sample, sample)).toBeCloseTo(1, 6);
    expect(mannWhitneyP([1, 1, 1], [1, 1, 1])).toBe(1);
    expect(
      mannWhitneyP(
        sample,
        sample.map((each) => each + 2000),
      ),
    ).toBeLessThan(1e-20);
  });
});
