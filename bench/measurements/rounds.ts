export interface Rounds {
  /** How often each case is measured. */
  rounds: number;
  /** Rounds before, whose results are dropped: by then V8 has compiled what runs often. */
  warmUpRounds: number;
}

/**
 * Measures each case once a round, each round in another order, so that what changes on the machine meanwhile meets all.
 * @returns per case the results of its rounds
 */
export async function inTurns<Key extends string, T>(
  keys: readonly Key[],
  { rounds, warmUpRounds }: Rounds,
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
