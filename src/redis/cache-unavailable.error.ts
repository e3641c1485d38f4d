/** The cache could not answer in time, or is not trusted now. PostgreSQL is asked instead. */
export class CacheUnavailableError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = 'CacheUnavailableError';
  }
}

/**
 * For operations that may fail without harm, such as a fill: `operation.catch(ignoreOutage)` answers `undefined` when the cache is out of
 * reach. Any other error is thrown.
 */
export function ignoreOutage(error: unknown): undefined {
  if (error instanceof CacheUnavailableError) return undefined;
  throw error;
}
