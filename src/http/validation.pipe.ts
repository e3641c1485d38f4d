import { type ArgumentMetadata, ValidationPipe, type ValidationPipeOptions } from '@nestjs/common';
import type { ValidationError, ValidatorOptions } from 'class-validator';
import type { AppConfig } from '../config/app-config.js';
import { fieldErrorOf, invalidField } from './field-error.js';
import { newPasswordErrors } from './new-password.js';
import { ProblemError } from './problem.error.js';
import type { FieldError } from './problems.js';
import { refuseMalformed, refuseMalformedPart } from './request-shape.js';
import { roleErrors } from './role-member.js';
import { violationOf } from './violations.js';

/** A short request with thousands of wrong members would get a long answer. */
const MAX_ERRORS = 20;
const MAX_NAME_LENGTH = 100;

type ConfiguredRules = Pick<AppConfig, 'passwords' | 'roles'>;

/** Turns bodies and queries into their DTO classes. Unknown and invalid fields are refused: 422 names each, and what is wrong with it. */
class RequestValidationPipe extends ValidationPipe {
  constructor(
    private readonly rules: ConfiguredRules,
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
    const errors = fieldErrorsOf(object, await super.validate(object, options));
    const isRight = (member: string) => errors.every(({ field }) => field !== member);
    const { passwords, roles } = this.rules;
    const configured = [...newPasswordErrors(object, passwords), ...roleErrors(object, roles.names)];
    errors.push(...configured.filter(({ field }) => isRight(field)));
    if (errors.length > 0)
      throw new ProblemError('validation_failed', { errors: errors.slice(0, MAX_ERRORS) });
    return [];
  }
}

/** @param rules for members that are marked by `IsNewPassword` and `IsRole` */
export const createValidationPipe = (rules: ConfiguredRules): ValidationPipe =>
  new RequestValidationPipe(rules, {
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: () => invalidField('', { code: 'malformed', text: 'must be an object' }),
  });

function fieldErrorsOf(body: object, found: readonly ValidationError[], prefix = ''): FieldError[] {
  return found.slice(0, MAX_ERRORS).flatMap((error) => {
    const field = (prefix + error.property).slice(0, MAX_NAME_LENGTH);
    const { children = [] } = error;
    if (children.length === 0) return [fieldErrorOf(field, violationOf(body, error))];
    return fieldErrorsOf(Reflect.get(body, error.property) as object, children, `${field}.`);
  });
}
