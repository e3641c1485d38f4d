interface DriverError extends Error {
  code?: string;
  driverError?: DriverError;
}

/** SQLSTATE classes and codes, and errno codes, that say "not now" and nothing about the statement. */
const OUTAGE_CODE =
  /^(08...|57P0[1-5]|57014|53...|25006|40001|40P01|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const OUTAGE_MESSAGE =
  /timeout|Connection terminated|Client has encountered a connection error|not queryable|Cannot use a pool after/i;
const UNIQUE_VIOLATION = '23505';

/** Several waits for the database took longer together than one may. */
export class DatabaseTimeoutError extends Error {
  constructor() {
    super('timeout: the database does not answer');
    this.name = 'DatabaseTimeoutError';
  }
}

/** Whether PostgreSQL was out of reach, too slow or shutting down, so that the same request may succeed later. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseOutage);
  const { driverError, code } = error as DriverError;
  if (driverError instanceof Error) return isDatabaseOutage(driverError);
  if (code !== undefined) return OUTAGE_CODE.test(code);
  return OUTAGE_MESSAGE.test(error.message);
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}

/** Text that PostgreSQL refuses to take, such as one with a NUL character: SQLSTATE class 22. */
export function isUnstorableText(error: unknown): boolean {
  return sqlState(error)?.startsWith('22') === true;
}

function sqlState(error: unknown): string | undefined {
  const { driverError, code } = error as DriverError;
  return driverError?.code ?? code;
}
