export interface Rounds {
  /** How often each case is measured. */
  readonly rounds: number;
  /** Rounds before the measured ones, in which V8 compiles hot code. Their results are discarded. */
  readonly warmUpRounds?: number;
}

/**
 * Measures each case once per round. The order changes with each round, so that a drift of the machine affects all cases.
 * @returns the results of each case, one per round
 */
export async function measureInterleaved<Key extends string, T>(
  keys: readonly Key[],
  { rounds, warmUpRounds = 0 }: Rounds,
  measure: (key: Key) => Promise<T>,
): Promise<Record<Key, T[]>> {
  const results = Object.fromEntries(keys.map((key) => [key, [] as T[]])) as Record<Key, T[]>;
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    const start = round % keys.length;
    for (const key of [...keys.slice(start), ...keys.slice(0, start)]) {
      const result = await measure(key);
      if (round >= warmUpRounds) results[key].push(result);
    }
  }
  return results;
}
