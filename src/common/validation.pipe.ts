import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldError, ProblemError } from './problem.error.js';

/** Bodies and queries become their DTO classes; unknown members are refused, and 422 names each wrong field. */
export const createValidationPipe = () =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) =>
      new ProblemError({
        status: 422,
        code: 'validation_failed',
        detail: 'The request is not valid',
        errors: errors.flatMap((error) => describe(error, '')),
      }),
  });

function describe({ property, constraints, children }: ValidationError, prefix: string): FieldError[] {
  const field = prefix + property;
  const own = Object.values(constraints ?? {}).map((message) => ({ field, message }));
  return [...own, ...(children ?? []).flatMap((child) => describe(child, `${field}.`))];
}
