/**
 * How probable two samples would differ as much as these if they came from one distribution: the two-sided p-value of the Mann-Whitney U test,
 * by the normal approximation with ranks of ties and correction for continuity. Small values say that the samples differ.
 * @param one at least 20 values, as `other`
 */
export function mannWhitneyP(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ];
  all.sort((a, b) => a.value - b.value);
  let ranksOfOne = 0;
  let ties = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const size = to - from;
    const rank = (from + 1 + to) / 2;
    ranksOfOne += rank * all.slice(from, to).filter(({ isOne }) => isOne).length;
    ties += size ** 3 - size;
    from = to;
  }
  const [n, m, total] = [one.length, other.length, all.length];
  const u = ranksOfOne - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  const distance = Math.abs(u - (n * m) / 2) - 0.5;
  return variance === 0 ? 1 : Math.min(1, erfc(Math.max(0, distance) / Math.sqrt(2 * variance)));
}

/** The complementary error function for values from 0 on, to 1.2e-7 (Numerical Recipes, Chebyshev fit). */
function erfc(x: number): number {
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  return t * Math.exp(coefficients.reduceRight((sum, each) => sum * t + each, 0) - x * x);
}
