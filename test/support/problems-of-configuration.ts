import { ConfigurationError } from '../../src/config/configuration.error.js';
import { loadConfig } from '../../src/config/load-config.js';

/** The problems for which an environment is refused; none for a valid one. */
export function problemsOfConfiguration(
  variables: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  try {
    loadConfig(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}
