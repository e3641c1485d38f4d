/** The median, the lowest and the highest value of several rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0), high: quantile(sorted, 1) };
}

/** The ratio of two cases, computed within each round. @throws RangeError when the numbers of rounds differ */
export function ratioOf(of: readonly number[], to: readonly number[]): Spread {
  return compareRounds(of, to, (a, b) => a / b);
}

/** The difference of two cases, computed within each round. @throws RangeError when the numbers of rounds differ */
export function differenceOf(of: readonly number[], to: readonly number[]): Spread {
  return compareRounds(of, to, (a, b) => a - b);
}

function compareRounds(
  of: readonly number[],
  to: readonly number[],
  compare: (a: number, b: number) => number,
): Spread {
  if (of.length !== to.length) throw new RangeError(`${of.length} rounds compared with ${to.length}`);
  return spreadOf(of.map((value, round) => compare(value, to[round] ?? NaN)));
}

/** @param sorted ascending, not empty @param share 0 to 1 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) throw new RangeError('no values');
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position % 1);
}
