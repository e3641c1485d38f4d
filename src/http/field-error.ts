import type { Violation } from '../config/violation.js';
import { ProblemError } from './problem.error.js';
import type { FieldError } from './problems.js';

export function fieldErrorOf(field: string, { text, code, ...limits }: Violation): FieldError {
  return { field, code, message: text.charAt(0).toUpperCase() + text.slice(1), ...limits };
}

/** 422 `validation_failed` for one field. */
export const invalidField = (field: string, violation: Violation): ProblemError =>
  new ProblemError('validation_failed', { errors: [fieldErrorOf(field, violation)] });
