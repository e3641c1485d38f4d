import { Logger } from '@nestjs/common';
import { isDatabaseOutage, reasonOf, statementErrorCode } from '../common/database-errors.js';
import { ConfigurationError } from '../config/configuration.error.js';
import type { DatabaseTarget } from '../config/database-target.js';
import { describeConnectFailure } from './connect-failure.js';

const RETRY_MS = 500;
const LINE_EVERY_MS = 3000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const logger = new Logger('Database');

/**
 * Opens the database at start, again and again while its server does not answer. The log gets a line every few seconds.
 * @param waitSeconds no attempt begins later than this; 0 allows one attempt
 * @throws ConfigurationError at once when only another URL helps; otherwise Error that names the variable, after the wait or
 * when a signal ends it, and any error that is no outage
 */
export async function waitForDatabase<T>(
  { variable, label }: DatabaseTarget,
  waitSeconds: number,
  open: () => Promise<T>,
): Promise<T> {
  const beganAt = performance.now();
  let saidAt = -Infinity;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const failure = describeConnectFailure(error, variable);
      if (!mayPass(error, failure)) throw failure;
      const waitedMs = performance.now() - beganAt;
      if (waitedMs + RETRY_MS > waitSeconds * 1000) throw failure;
      if (performance.now() - saidAt >= LINE_EVERY_MS) {
        saidAt = performance.now();
        logger.warn(`Waiting for PostgreSQL at ${label} since ${seconds(waitedMs)}: ${reasonOf(error)}`);
      }
      await pauseUnlessEnded();
    }
  }
}

/** Whether the same attempt may succeed later. A wrong statement of a migration does not. */
function mayPass(error: unknown, failure: unknown): boolean {
  if (failure instanceof ConfigurationError) return false;
  return isDatabaseOutage(error) && statementErrorCode(error) === undefined;
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** As process 1 of a container, the process ends at a signal only if it listens for it. */
function pauseUnlessEnded(): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = () => {
      clearTimeout(timer);
      for (const signal of SIGNALS) process.off(signal, end);
    };
    const end = (signal: string) => {
      forget();
      reject(new Error(`${signal} ended the wait for PostgreSQL`));
    };
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, RETRY_MS);
    for (const signal of SIGNALS) process.once(signal, end);
  });
}
