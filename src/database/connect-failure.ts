import { isNativeError } from 'node:util/types';
import { ConfigurationError } from '../config/configuration.error.js';
import { isDatabaseOutage, reasonOf } from '../common/database-errors.js';
import { tlsTrouble } from '../common/tls-trouble.js';
import { MigrationLockError } from './migration-lock.error.js';
import { PrimaryNotFoundError } from './primary-not-found.error.js';
import { SearchPathError } from './search-path.error.js';

/** Refusals that no further attempt changes, by SQLSTATE. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'must have the right user name and password: PostgreSQL refuses them',
  '28000': 'must name a user that may connect from here: PostgreSQL refuses the user, see its log',
  '3D000': 'must name a database that exists: PostgreSQL has none of this name',
};

/** node-postgres was asked for a password and has none. */
const NO_PASSWORD = /client password must be a/;

/**
 * What a failure to connect at start means for whoever reads the log: a `ConfigurationError` where only another URL helps,
 * an error that names the variable for an outage, and any other error as it is.
 * @param variable the variable with the URL
 */
export function describeConnectFailure(error: unknown, variable: string): unknown {
  if (!isNativeError(error)) return error;
  if (error instanceof MigrationLockError) return error;
  if (error instanceof SearchPathError) return new ConfigurationError([error.message]);
  if (error instanceof PrimaryNotFoundError) return describeNowhere(error, variable);
  const { code = '', message } = error as Error & { code?: string };
  const refusal = REFUSALS[code];
  if (refusal !== undefined) return new ConfigurationError([`${variable} ${refusal} (${code})`]);
  if (NO_PASSWORD.test(message)) return new ConfigurationError([`${variable} must have a password`]);
  const trouble = tlsTrouble(error);
  if (trouble !== undefined)
    return new ConfigurationError([`${variable} must lead to a server with the right TLS: ${trouble}`]);
  if (!isDatabaseOutage(error)) return error;
  return new Error(`The server of ${variable} does not answer: ${reasonOf(error)}`, { cause: error });
}

/** Another URL helps when no host is expected to answer otherwise later. A standby is: it may be promoted. */
function describeNowhere(error: PrimaryNotFoundError, variable: string): Error {
  const refusals = error.unasked.map((cause) => describeConnectFailure(cause, variable));
  const problems = refusals.flatMap((cause) => (cause instanceof ConfigurationError ? cause.problems : []));
  if (refusals.length > 0 && refusals.every((cause) => cause instanceof ConfigurationError))
    return new ConfigurationError([
      ...new Set(problems),
      `${variable} must lead to the primary: ${error.message}`,
    ]);
  return new Error(`${variable} leads to ${error.message}`, { cause: error });
}
