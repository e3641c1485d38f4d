import { isReferenceViolation } from '../common/database-errors.js';
import { ProblemError } from '../http/problem.error.js';

/**
 * What the failed deletion of an account means for whoever asked for it: a table beside those of the service may refer to the account by a
 * foreign key that forbids it. To be used around the whole command, since such a key may be checked at the commit only.
 * @returns ProblemError 409 `account_referenced`, or the error as it is
 */
export function problemOfDeletion(error: unknown): unknown {
  return isReferenceViolation(error) ? new ProblemError('account_referenced') : error;
}
