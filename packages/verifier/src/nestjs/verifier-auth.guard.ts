import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type Authenticated, type RequestWithHeaders, verifyAuthorization } from '../authorization.js';
import type { Principal } from '../principal.js';
import { Verifier } from '../verifier.js';
import { VerifierError } from '../verifier-error.js';
import { VerifierException } from './verifier.exception.js';

/**
 * Refuses requests without a valid access token, and sets `request.user` to the principal. It costs a fraction of
 * `AuthGuard('jwt')`, because it does without passport and answers at once for a remembered token.
 */
@Injectable()
export class VerifierAuthGuard implements CanActivate {
  constructor(@Inject(Verifier) private readonly verifier: Verifier) {}

  /** @throws VerifierException 401 or 503, of which the filter of the module makes a problem (RFC 9457) */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = this.getRequest(context);
    try {
      const user = verifyAuthorization(this.verifier, request.headers.authorization);
      return user instanceof Promise
        ? user.then((found) => accept(request, found), refuse)
        : accept(request, user);
    } catch (error) {
      return refuse(error);
    }
  }

  /** To be overridden where the context is not of HTTP, as with GraphQL. */
  protected getRequest(context: ExecutionContext): RequestWithHeaders {
    return context.switchToHttp().getRequest<RequestWithHeaders>();
  }
}

function accept(request: RequestWithHeaders, user: Principal): true {
  (request as Authenticated<RequestWithHeaders>).user = user;
  return true;
}

function refuse(error: unknown): never {
  throw error instanceof VerifierError ? new VerifierException(error) : error;
}
