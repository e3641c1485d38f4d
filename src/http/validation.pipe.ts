import { type ArgumentMetadata, ValidationPipe, type ValidationPipeOptions } from '@nestjs/common';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import type { PasswordRules } from '../config/password-rules.js';
import { newPasswordErrors } from './new-password.js';
import { ProblemError } from './problem.error.js';
import type { FieldError } from './problems.js';
import { refuseMalformed, refuseMalformedPart } from './request-shape.js';

/** A short request with thousands of wrong members would get a long answer. */
const MAX_ERRORS = 20;
const MAX_NAME_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 300;

/** Turns bodies and queries into their DTO classes. Unknown and invalid fields are refused: 422 names the first of them. */
class RequestValidationPipe extends ValidationPipe {
  constructor(
    private readonly passwordRules: PasswordRules,
    options: ValidationPipeOptions,
  ) {
    super(options);
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, data } = metadata;
    // What a decorator of our own gives is not input.
    if (type === 'custom') return value;
    const isChecked = (type === 'body' || type === 'query') && value !== undefined && value !== null;
    // `data` names a member, as in @Query('page').
    if (isChecked) (data === undefined ? refuseMalformed : refuseMalformedPart)(value);
    return super.transform(value, metadata);
  }

  protected override async validate(object: object, options?: ValidatorOptions): Promise<ValidationError[]> {
    return [...(await super.validate(object, options)), ...newPasswordErrors(object, this.passwordRules)];
  }
}

/** @param passwordRules for members that are marked by `IsNewPassword` */
export const createValidationPipe = (passwordRules: PasswordRules): ValidationPipe =>
  new RequestValidationPipe(passwordRules, {
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const found = errors.slice(0, MAX_ERRORS).flatMap((error) => describe(error, ''));
      return new ProblemError('validation_failed', { errors: found.slice(0, MAX_ERRORS) });
    },
  });

function describe({ property, constraints, children }: ValidationError, prefix: string): FieldError[] {
  const field = (prefix + property).slice(0, MAX_NAME_LENGTH);
  const own = Object.values(constraints ?? {}).map((message) => ({
    field,
    message: message.slice(0, MAX_MESSAGE_LENGTH),
  }));
  return [...own, ...(children ?? []).flatMap((child) => describe(child, `${field}.`))];
}
