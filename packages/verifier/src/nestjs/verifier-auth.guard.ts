import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { verifyAuthorization } from '../authorization.js';
import type { Principal } from '../principal.js';
import { Verifier } from '../verifier.js';
import { VerifierError } from '../verifier-error.js';
import { accessOf } from './access.js';
import { type Carrier, carrierOf, identify } from './carrier.js';
import { VerifierException } from './verifier.exception.js';

/**
 * Refuses calls without a valid access token, by HTTP, GraphQL, a WebSocket gateway or a message of a microservice. It costs a fraction of
 * `AuthGuard('jwt')`, because it does without passport and answers at once for a remembered token.
 *
 * The module makes it global. Nest does not ask global guards for gateways, nor for messages of hybrid applications: those have
 * `UseVerifier`.
 */
@Injectable()
export class VerifierAuthGuard implements CanActivate {
  constructor(
    @Inject(Verifier) private readonly verifier: Verifier,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws VerifierException 401, 403 or 503, which the filter of the module answers */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { need, roles } = accessOf(this.reflector, context);
    if (need === 'none') return true;
    const carrier = carrierOf(context);
    const authorization = this.authorizationOf(context, carrier);
    if (need === 'optional' && authorization === undefined && roles === undefined) return true;
    const accept = (principal: Principal): true => {
      if (roles !== undefined && !roles.includes(principal.role))
        return refuse(new VerifierError('forbidden'));
      identify(carrier, principal);
      return true;
    };
    try {
      const found = verifyAuthorization(this.verifier, authorization);
      return found instanceof Promise ? found.then(accept, refuse) : accept(found);
    } catch (error) {
      return refuse(error);
    }
  }

  /** To be overridden where a transport has no headers, as TCP. @returns `Bearer <access token>` */
  protected authorizationOf(_context: ExecutionContext, { authorization }: Carrier): string | undefined {
    return authorization;
  }
}

function refuse(error: unknown): never {
  throw error instanceof VerifierError ? new VerifierException(error) : error;
}
