import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { type RequestWithHeaders, verifyAuthorization } from './authorization.js';
import type { Principal } from './principal.js';
import { Verifier } from './verifier.js';
import { VerifierError } from './verifier-error.js';
import { VerifierException } from './nestjs/verifier.exception.js';

/** What passport adds to the copy of a strategy that it makes for each request. */
class Strategy {
  declare success: (user: Principal) => void;
  declare fail: (info: Error, status: number) => void;
  declare error: (error: unknown) => void;
}

/**
 * The passport strategy named `jwt`. `request.user` is the principal. A request without a bearer token fails, so that another
 * strategy of the guard gets its turn. A token that is refused ends the request with 401, or 503.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(@Inject(Verifier) private readonly verifier: Verifier) {
    super();
  }

  /** @throws VerifierError */
  validate(request: RequestWithHeaders): Principal | Promise<Principal> {
    return verifyAuthorization(this.verifier, request.headers.authorization);
  }

  /** Called by passport. The callback of `@nestjs/passport` is not used: it waits for a promise, also where there is none. */
  authenticate(request: RequestWithHeaders): void {
    try {
      const user = this.validate(request);
      if (!(user instanceof Promise)) return this.success(user);
      user.then(
        (found) => this.success(found),
        (error: unknown) => this.refuse(error),
      );
    } catch (error) {
      this.refuse(error);
    }
  }

  private refuse(error: unknown): void {
    if (!(error instanceof VerifierError)) return this.error(error);
    if (error.code === 'token_missing') return this.fail(error, error.status);
    return this.error(new VerifierException(error));
  }
}
