import type { DriverError } from '../common/database-errors.js';
import { SilentServerError } from './answer-deadline.js';
import { PrimaryNotFoundError } from './primary-not-found.error.js';

/**
 * errno codes of a server that cannot be reached; SQLSTATEs of one that is starting or shutting down, and of a pooler that has no
 * connection to it (class 08).
 */
const UNREACHABLE =
  /^(57P03|08...|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What the driver and its pool say, without a code, of an answer that did not come. */
const NO_ANSWER = /Connection terminated|timeout/i;
/** PgBouncer has all the clients that it takes, and gives class 08 for it too. */
const FULL_POOLER = /no more connections allowed/;

/** The server ended the connection: an operator ended this one, or the server shuts down and ends all. */
const ENDED = /^57P0[12]$/;
/** What the driver says of the next statement on such a connection. */
const IS_ENDED = /not queryable/;

/**
 * Whether an attempt failed in a way that shows that PostgreSQL is out of reach by it. A server that answers with a refusal, such as
 * too many connections, may serve others, and so may one that ends the connection. Of several hosts, at least one is out of reach, and
 * the others are standbys.
 */
export function isOutOfReach(error: unknown): boolean {
  if (error instanceof SilentServerError) return true;
  if (error instanceof PrimaryNotFoundError)
    return error.unasked.length > 0 && error.unasked.every(isOutOfReach);
  if (error instanceof AggregateError) return error.errors.every(isOutOfReach);
  const { code, message, driverError } = error as DriverError;
  if (driverError !== undefined) return isOutOfReach(driverError);
  if (code === undefined) return NO_ANSWER.test(message);
  return UNREACHABLE.test(code) && !FULL_POOLER.test(message);
}

/** Whether the server has ended the connection, which shows neither that it serves others nor that it does not. */
export function isEndedConnection(error: unknown): boolean {
  const { code, message, driverError } = error as DriverError;
  if (driverError !== undefined) return isEndedConnection(driverError);
  return code === undefined ? IS_ENDED.test(message) : ENDED.test(code);
}
