import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../common/actor.js';
import { addressOf } from '../common/network.js';
import type { Principal } from '../common/principal.js';
import { RedisWaits } from '../common/redis-waits.js';
import { acceptedLanguages } from '../common/accepted-languages.js';
import { invalidField } from './field-error.js';

export const IS_PUBLIC = Symbol('is public');
export const REQUIRED_ROLES = Symbol('required roles');
export const NEEDS_NO_DATABASE = Symbol('needs no database');

/** The route needs no access token. The global guard refuses callers without a token on every other route. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** The route answers also while `DATABASE_URL` leads to a wrong server. Every other route then answers 503. */
export const NeedsNoDatabase = () => SetMetadata(NEEDS_NO_DATABASE, true);

/** A request after the global guard accepted its token. */
export interface AuthenticatedRequest {
  readonly user: Principal;
}

/** A request after its route has authenticated the OAuth client that sent it. */
export interface RequestOfClient {
  clientId?: string;
}

/** A request that may have waited for Redis. */
interface WaitingRequest {
  redisWaits?: RedisWaits;
}

/** What the request has waited for Redis: one object for its guard and its route. */
export function redisWaitsOf(request: object): RedisWaits {
  return ((request as WaitingRequest).redisWaits ??= new RedisWaits());
}

/** The principal that the global guard set on the request. Use it only on routes that are not `@Public()`. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);

const MAX_USER_AGENT = 512;

/** The sender of the request: account, session, IP address and user agent; and the id of the request. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<FastifyRequest & Partial<AuthenticatedRequest>>();
  return { ...actorOf(request), requiredRoles: requiredRolesOf(context) };
});

/** The same, without the roles that the route requires. */
export function actorOf(request: FastifyRequest & Partial<AuthenticatedRequest>): Actor {
  const { id, user, ip, headers } = request;
  return {
    id: user?.id ?? null,
    sessionId: user?.sessionId ?? null,
    ip: addressOf(ip),
    userAgent: headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
    language: acceptedLanguages(headers['accept-language']),
    requestId: id,
    redisWaits: redisWaitsOf(request),
  };
}

/** Does what `Reflector.getAllAndOverride` does; a parameter decorator cannot inject the reflector. */
function requiredRolesOf(context: ExecutionContext): string[] | undefined {
  const ofHandler = Reflect.getMetadata(REQUIRED_ROLES, context.getHandler()) as string[] | undefined;
  return ofHandler ?? (Reflect.getMetadata(REQUIRED_ROLES, context.getClass()) as string[] | undefined);
}

export const DEVICE_TOKEN_HEADER = 'Device-Token';

/** The `Device-Token` header of the request, unverified, or `undefined` without one. */
export const DeviceToken = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    // Node joins repeated headers of this name to one text.
    return headers[DEVICE_TOKEN_HEADER.toLowerCase()] as string | undefined;
  },
);

export const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key';
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The `Idempotency-Key` header of the request (draft-ietf-httpapi-idempotency-key-header), or `undefined` without one.
 * @throws ProblemError 422 unless it has 1 to 255 visible ASCII characters
 */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const key = headers[IDEMPOTENCY_KEY_HEADER.toLowerCase()];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
    const text = 'must have 1 to 255 visible ASCII characters';
    throw invalidField(IDEMPOTENCY_KEY_HEADER, { code: 'malformed', text });
  },
);
