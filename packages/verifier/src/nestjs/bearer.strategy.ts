import type { Principal } from '../principal.js';
import { VerifierError } from '../verifier-error.js';
import { VerifierException } from './verifier.exception.js';

export interface RequestWithHeaders {
  headers: { authorization?: string };
}

type Done = (error: unknown, user?: Principal | null) => void;

/**
 * A passport strategy, of which `@nestjs/passport` calls the constructor. A request without a bearer token fails, so that
 * another strategy of the guard gets its turn. A token that is refused ends the request with 401, or 503.
 */
export class BearerStrategy {
  // Passport adds these to the copy that it makes for each request.
  declare success: (user: Principal) => void;
  declare fail: (info: Error, status: number) => void;
  declare error: (error: unknown) => void;

  constructor(private readonly validateRequest: (request: RequestWithHeaders, done: Done) => void) {}

  authenticate(request: RequestWithHeaders): void {
    this.validateRequest(request, (error, user) => {
      if (user) return this.success(user);
      if (!(error instanceof VerifierError)) return this.error(error);
      if (error.code === 'token_missing') return this.fail(error, error.status);
      return this.error(new VerifierException(error));
    });
  }
}
