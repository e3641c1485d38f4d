import type { BenchServer } from '../stack/bench-server.js';
import type { ReadCase } from './read-cases.js';

const MAX_ATTEMPTS = 5;

/** The verdicts of a measurement came from another source than its case requires. */
class WrongSourceError extends Error {
  override name = 'WrongSourceError';
}

/**
 * Repeats a measurement whose verdicts came from the wrong source: on a busy machine Redis sometimes misses the product's
 * deadline. Each failure is added to `discarded`.
 * @throws WrongSourceError after five attempts; any other error at once
 */
export async function repeatOnWrongSource<T>(discarded: string[], measure: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await measure();
    } catch (error) {
      if (!(error instanceof WrongSourceError) || attempt === MAX_ATTEMPTS) throw error;
      discarded.push(error.message);
      console.warn(`measured again: ${error.message}`);
    }
  }
}

/**
 * Runs a load, and checks the product's own counters: every verdict must come from the source that the case requires.
 * A warm case that misses the cache, or a cold case that hits it, measures something else.
 * @throws WrongSourceError when a verdict came from another source
 */
export async function verifySource<T extends { requests: number }>(
  server: BenchServer,
  { verdictSource, title }: Pick<ReadCase, 'verdictSource' | 'title'>,
  load: () => Promise<T>,
): Promise<T> {
  const before = await server.verdictCounts();
  const result = await load();
  const after = await server.verdictCounts();
  const cache = after.cache - before.cache;
  const database = after.database - before.database;
  const isExpected = {
    cache: cache >= result.requests && database === 0,
    database: database >= result.requests && cache === 0,
    none: cache + database === 0,
  };
  const expected = verdictSource ?? 'none';
  if (isExpected[expected]) return result;
  throw new WrongSourceError(
    `${title}: ${result.requests} requests, verdicts: ${cache} from the cache, ${database} from the database; expected: ${expected}`,
  );
}

/** @throws Error when a protected route does not answer 401 to a request without a valid token */
export async function verifyProtection(
  server: BenchServer,
  { isProtected, path }: Pick<ReadCase, 'isProtected' | 'path'>,
): Promise<void> {
  if (!isProtected) return;
  for (const headers of [undefined, { authorization: 'Bearer e30.e30.e30' }]) {
    const { status } = await fetch(server.url + path, { headers });
    if (status !== 401) throw new Error(`${path} answered ${status} to a request without a valid token`);
  }
}
