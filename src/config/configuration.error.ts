/** A variable of the environment is missing or breaks its rule. Names variables and rules, never values. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/** Gathers the problems of all parts, so that one failed start names them all. */
export function collect<T>(problems: string[], part: () => T): T | undefined {
  try {
    return part();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
