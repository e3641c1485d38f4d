import type { BenchServer } from '../stack/bench-server.js';
import type { ReadCase } from './read-cases.js';

const MOST_ATTEMPTS = 5;

/** A measurement in which tokens were judged elsewhere than its case says. */
class MisjudgedError extends Error {
  override name = 'MisjudgedError';
}

/**
 * Measures again where the cache fell out of use in the midst of a measurement: on a busy machine Redis now and then misses
 * the product's deadline. What is thrown away is recorded, and the fifth failure in a row is final.
 * @throws MisjudgedError in the end, and any other error at once
 */
export async function insisting<T>(discarded: string[], measure: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await measure();
    } catch (error) {
      if (!(error instanceof MisjudgedError) || attempt === MOST_ATTEMPTS) throw error;
      discarded.push(error.message);
      console.warn(`measured again: ${error.message}`);
    }
  }
}

/**
 * Runs a load and checks by the product's own counters that every token was judged where the case says: a warm case
 * that missed the cache, or a cold one that hit it, measures something else.
 * @throws MisjudgedError when a token was judged elsewhere
 */
export async function verifyingJudge<T extends { requests: number }>(
  server: BenchServer,
  { judge, title }: Pick<ReadCase, 'judge' | 'title'>,
  load: () => Promise<T>,
): Promise<T> {
  const before = await server.verdicts();
  const result = await load();
  const after = await server.verdicts();
  const cache = after.cache - before.cache;
  const database = after.database - before.database;
  const right = {
    cache: cache >= result.requests && database === 0,
    database: database >= result.requests && cache === 0,
    nobody: cache + database === 0,
  };
  if (right[judge ?? 'nobody']) return result;
  throw new MisjudgedError(
    `${title}: of ${result.requests} tokens the cache judged ${cache}, the database ${database}; expected ${judge ?? 'nobody'}`,
  );
}

/** @throws Error when a protected route lets anybody in without a good token */
export async function verifyRefusal(server: BenchServer, { isProtected, path }: ReadCase): Promise<void> {
  if (!isProtected) return;
  for (const headers of [undefined, { authorization: 'Bearer e30.e30.e30' }]) {
    const { status } = await fetch(server.url + path, { headers });
    if (status !== 401) throw new Error(`${path} answered ${status} to a request without a good token`);
  }
}
