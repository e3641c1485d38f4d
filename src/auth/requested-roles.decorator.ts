import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { UNKNOWN_FIELD } from '../config/violation.js';
import { invalidField } from '../http/field-error.js';

/**
 * The values of `?role=`, which may be repeated, or `undefined` without one. Not by a DTO, whose validation takes longer than the
 * rest of the check.
 * @throws ProblemError 422 for any other parameter: a misspelt `role` would let everybody through
 */
export const RequestedRoles = createParamDecorator(
  (_: unknown, context: ExecutionContext): readonly unknown[] | undefined => {
    const query = context.switchToHttp().getRequest<FastifyRequest>().query as Record<string, unknown>;
    const names = Object.keys(query);
    if (names.length === 0) return undefined;
    const unknown = names.find((name) => name !== 'role');
    if (unknown !== undefined) throw invalidField(unknown.slice(0, 100), UNKNOWN_FIELD);
    return [query['role']].flat();
  },
);
