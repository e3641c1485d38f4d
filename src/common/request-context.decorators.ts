import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from './actor.js';
import type { Principal } from './principal.js';
import type { Role } from './role.js';

export const IS_PUBLIC = Symbol('is public');
export const REQUIRED_ROLES = Symbol('required roles');

/** Opens a route to callers without a token. Every other route is closed by the global guard. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** Admits only callers whose role, as of this request, is one of these; others get 403. */
export const Roles = (...roles: Role[]) => SetMetadata(REQUIRED_ROLES, roles);

/** What the guard leaves of a request that it let in. */
export interface AuthenticatedRequest {
  readonly user: Principal;
}

/** The principal that the guard put on the request. Only on routes that are not `@Public()`. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);

const MAX_USER_AGENT = 512;

/** Who sent the request, and from where. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<FastifyRequest & Partial<AuthenticatedRequest>>();
  return {
    id: request.user?.id ?? null,
    ip: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
  };
});
