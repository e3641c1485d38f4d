import { ApiPropertyOptional, type OpenAPIObject } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import type { AppConfig } from '../config/app-config.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { notAllowed, REQUIRED } from '../config/violation.js';
import { fieldErrorOf } from './field-error.js';
import type { FieldError } from './problems.js';

const ROLE = Symbol('role');
const SCHEMA_NAME = 'Role';

/** The roles of the OpenAPI document. No decorator knows them, so {@link describeRoles} completes their schema. */
export const ROLE_SCHEMA = { enum: [ADMIN_ROLE], enumName: SCHEMA_NAME };

/** Documents a member of a body that is one of the configured roles. */
export const ApiRole = () =>
  ApiPropertyOptional({ ...ROLE_SCHEMA, description: 'One of the configured roles' });

/**
 * Marks the member of a body that is one of the configured roles, or absent. The validation pipe checks it, and answers its error with
 * those of the other members.
 */
export const IsRole = (): PropertyDecorator => (target, member) => {
  Allow()(target, member);
  Reflect.defineMetadata(ROLE, String(member), target.constructor);
};

/** What is wrong with the role of the body, if it has one. @param names of the configured roles */
export function roleErrors(body: object, names: readonly string[]): FieldError[] {
  const member = Reflect.getMetadata(ROLE, body.constructor) as string | undefined;
  if (member === undefined) return [];
  const role: unknown = Reflect.get(body, member);
  if (role === undefined || names.some((name) => name === role)) return [];
  return [fieldErrorOf(member, role === null || role === '' ? REQUIRED : notAllowed(names))];
}

/** Completes the schema of the roles that may be granted. */
export function describeRoles(
  { components }: OpenAPIObject,
  { names, default: initial }: AppConfig['roles'],
): void {
  const description = `New accounts have \`${initial}\`; an admin grants other roles`;
  const schema = { type: 'string', enum: [...names], description, example: initial };
  Object.assign(components?.schemas ?? {}, { [SCHEMA_NAME]: schema });
}
