import { tlsTrouble } from './tls-trouble.js';

interface DriverError extends Error {
  code?: string;
  driverError?: DriverError;
}

/**
 * SQLSTATE classes and codes, and errno codes, of an outage; none is an error of the statement. A missing database, table or
 * function (3D000, 42P01, 42883) is an outage too: the start created them, so the database is being restored.
 */
const OUTAGE_CODE =
  /^(08...|57P0[1-5]|57014|53...|25006|3D000|42P01|42883|40001|40P01|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const OUTAGE_MESSAGE =
  /timeout|Connection terminated|Client has encountered a connection error|not queryable|Cannot use a pool after/i;
/** Errors of a statement or of the protocol, also those that an outage can have. */
const STATEMENT_CODE = /^(42...|08P01)$/;
const UNIQUE_VIOLATION = '23505';

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
  if (!(error instanceof Error)) return false;
  if (error instanceof NoPrimaryError) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseOutage);
  const { driverError, code } = error as DriverError;
  if (driverError instanceof Error) return isDatabaseOutage(driverError);
  if (tlsTrouble(error) !== undefined) return true;
  if (code !== undefined) return OUTAGE_CODE.test(code);
  return OUTAGE_MESSAGE.test(error.message);
}

/** The SQLSTATE where PostgreSQL calls the statement itself wrong; `undefined` for other errors. */
export function statementErrorCode(error: unknown): string | undefined {
  const code = sqlState(error);
  return code !== undefined && STATEMENT_CODE.test(code) ? code : undefined;
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}

/** Whether PostgreSQL cannot store a text, such as one with a NUL character (SQLSTATE class 22). */
export function isUnstorableText(error: unknown): boolean {
  return sqlState(error)?.startsWith('22') === true;
}

function sqlState(error: unknown): string | undefined {
  const { driverError, code } = Object(error) as DriverError;
  return driverError?.code ?? code;
}
