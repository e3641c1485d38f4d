import { isNativeError } from 'node:util/types';
import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { tlsTrouble } from './tls-trouble.js';

/** An error of the driver, or one of TypeORM around it. */
export interface DriverError extends Error {
  code?: string;
  driverError?: DriverError;
}

/**
 * SQLSTATE classes and codes, and errno codes, of an outage; none is an error of the statement. A missing database, table or
 * function (3D000, 42P01, 42883) is an outage too: the start created them, so the database is being restored. So is a refused login
 * (28): the start logged in, so the password or the rights of the role were changed meanwhile.
 */
const OUTAGE_CODE =
  /^(08...|28...|53...|58...|57P0[1-5]|57014|25006|25P0[34]|55000|55P03|3D000|42P01|42883|40001|40P01|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const OUTAGE_MESSAGE =
  /timeout|Connection terminated|Client has encountered a connection error|not queryable|Cannot use a pool after|Driver not Connected|^SASL: |error establishing an SSL connection/i;
/** PostgreSQL answers, and refuses the connection: login, database, or too many connections. */
const REFUSED_CONNECTION = /^(28...|53...|3D000|55000)$/;
/** PostgreSQL refuses to write: it is a standby, or an operator made it read-only. */
const READ_ONLY = '25006';
/** Errors of a statement or of the protocol, also those that an outage can have. */
const STATEMENT_CODE = /^(42...|08P01)$/;
/** No table or function of this name. */
const MISSING = ['42P01', '42883'];
const UNIQUE_VIOLATION = '23505';
/** foreign_key_violation; restrict_violation, which PostgreSQL 18 gives for `ON DELETE RESTRICT`. */
const REFERENCE_VIOLATION = ['23503', '23001'];
const LOCK_TIMEOUT = '55P03';

/** Several waits for the database took longer, in total, than the limit of one wait. */
export class DatabaseTimeoutError extends Error {
  constructor() {
    super('timeout: the database does not answer');
    this.name = 'DatabaseTimeoutError';
  }
}

/** The server is not the primary that the other instances use. It may lack changes that they have acknowledged. */
export class NoPrimaryError extends Error {
  override readonly name = 'NoPrimaryError';
}

/** Whether PostgreSQL was unreachable, too slow or shutting down: the same request may succeed later. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  if (error instanceof NoPrimaryError || isLostByTypeOrm(error)) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseOutage);
  const { driverError, code } = error as DriverError;
  if (driverError !== undefined) return isDatabaseOutage(driverError);
  if (tlsTrouble(error) !== undefined) return true;
  if (code !== undefined) return OUTAGE_CODE.test(code);
  return OUTAGE_MESSAGE.test(error.message);
}

/** What a failure to connect says, in words. For a name with several addresses the error has a code and no message. */
export function reasonOf(error: unknown): string {
  const { message, code } = Object(error) as DriverError;
  return message || String(code);
}

/** Whether a server refused the connection, though it is in reach. */
export function isRefusedConnection(error: unknown): boolean {
  return REFUSED_CONNECTION.test(sqlState(error) ?? '') || tlsTrouble(error) !== undefined;
}

export function isReadOnlyRefusal(error: unknown): boolean {
  return sqlState(error) === READ_ONLY;
}

/** The SQLSTATE where PostgreSQL calls the statement itself wrong; `undefined` for other errors. */
export function statementErrorCode(error: unknown): string | undefined {
  const code = sqlState(error);
  return code !== undefined && STATEMENT_CODE.test(code) ? code : undefined;
}

/** Whether a statement finds a table or a function nowhere that it looks. */
export function isMissingName(error: unknown): boolean {
  return MISSING.includes(sqlState(error) ?? '');
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}

/** Whether a foreign key forbids a change: a row that it refers to is missing, or a row that is to go is referred to. */
export function isReferenceViolation(error: unknown): boolean {
  return REFERENCE_VIOLATION.includes(sqlState(error) ?? '');
}

/** Whether a statement gave up waiting for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === LOCK_TIMEOUT;
}

/** Whether PostgreSQL cannot store a text, such as one with a NUL character (SQLSTATE class 22). */
export function isUnstorableText(error: unknown): boolean {
  return sqlState(error)?.startsWith('22') === true;
}

/** TypeORM gives a lost connection back at once. The next statement of the same request then finds none. */
function isLostByTypeOrm(error: Error): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

function sqlState(error: unknown): string | undefined {
  const { driverError, code } = Object(error) as DriverError;
  return driverError?.code ?? code;
}
