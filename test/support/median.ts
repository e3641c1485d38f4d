/** Of an odd number of values. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[(values.length - 1) / 2] ?? NaN;
}
