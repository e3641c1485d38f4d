/** A measured amount, and how often each thing that costs something happened. */
export interface Observation {
  readonly amount: number;
  readonly counts: readonly number[];
}

/**
 * The costs, none below 0, with which `amount ≈ Σ cost × count` for all observations. Relative errors count, so that small amounts
 * weigh as much as large ones. A cost that would be negative is 0, and the others are determined without it.
 * @throws RangeError when the observations do not determine the costs
 */
export function fitCosts(observations: readonly Observation[]): number[] {
  const size = observations[0]?.counts.length ?? 0;
  const used = new Set(Array.from({ length: size }, (_, index) => index));
  for (;;) {
    const indexes = [...used];
    const solution = solve(observations, indexes);
    const worst = Math.min(0, ...solution);
    if (worst === 0) {
      const costs = new Array<number>(size).fill(0);
      for (const [position, index] of indexes.entries()) costs[index] = solution[position] ?? 0;
      return costs;
    }
    used.delete(indexes[solution.indexOf(worst)] ?? -1);
  }
}

/** Solves the normal equations for the chosen columns, by Gauss and Jordan with pivots. */
function solve(observations: readonly Observation[], columns: readonly number[]): number[] {
  const size = columns.length;
  // Costs differ by orders of magnitude, so each column is scaled to its largest value.
  const value = (counts: readonly number[], column: number) => counts[columns[column] ?? 0] ?? 0;
  const scales = columns.map((_, column) =>
    Math.max(...observations.map(({ amount, counts }) => value(counts, column) / amount)),
  );
  const scaled = (counts: readonly number[], amount: number, column: number) =>
    value(counts, column) / amount / (scales[column] || 1);
  const rows = columns.map((_, row) => {
    const sum = (of: (counts: readonly number[], amount: number) => number) =>
      observations.reduce(
        (total, { amount, counts }) => total + scaled(counts, amount, row) * of(counts, amount),
        0,
      );
    return [
      ...columns.map((__, column) => sum((counts, amount) => scaled(counts, amount, column))),
      sum(() => 1),
    ];
  });
  for (let pivot = 0; pivot < size; pivot += 1) {
    const best = rows.reduce(
      (chosen, row, index) =>
        index >= pivot && Math.abs(row[pivot] ?? 0) > Math.abs(rows[chosen]?.[pivot] ?? 0) ? index : chosen,
      pivot,
    );
    const line = rows[best] ?? [];
    rows[best] = rows[pivot] ?? [];
    const divisor = line[pivot] ?? 0;
    if (Math.abs(divisor) < 1e-9) throw new RangeError('the observations do not determine the costs');
    rows[pivot] = line.map((cell) => cell / divisor);
    for (let row = 0; row < size; row += 1) {
      const factor = row === pivot ? 0 : (rows[row]?.[pivot] ?? 0);
      rows[row] = (rows[row] ?? []).map((cell, column) => cell - factor * (rows[pivot]?.[column] ?? 0));
    }
  }
  return rows.map((row, column) => (row[size] ?? 0) / (scales[column] || 1));
}
