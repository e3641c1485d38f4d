import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ROLES, type Role } from '../common/role.js';
import { notAllowed, UNKNOWN_FIELD } from '../config/violation.js';
import { invalidField } from '../http/field-error.js';

const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

/**
 * The roles of `?role=`, which may be repeated, or `undefined` without one. Not by a DTO, whose validation takes longer than the
 * rest of the check.
 * @throws ProblemError 422 for a value that is no role and for any other parameter: a misspelt `role` would let everybody through
 */
export const RequestedRoles = createParamDecorator(
  (_: unknown, context: ExecutionContext): readonly Role[] | undefined => {
    const query = context.switchToHttp().getRequest<FastifyRequest>().query as Record<string, unknown>;
    const names = Object.keys(query);
    if (names.length === 0) return undefined;
    const unknown = names.find((name) => name !== 'role');
    if (unknown !== undefined) throw invalidField(unknown.slice(0, 100), UNKNOWN_FIELD);
    const roles: unknown[] = [query['role']].flat();
    if (roles.every(isRole)) return roles;
    throw invalidField('role', notAllowed(ROLES));
  },
);
