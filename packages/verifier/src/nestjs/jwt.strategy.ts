import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { verifyAuthorization } from '../authorization.js';
import type { Principal } from '../principal.js';
import { Verifier } from '../verifier.js';
import { BearerStrategy, type RequestWithHeaders } from './bearer.strategy.js';

/** The passport strategy named `jwt`. `request.user` is the principal. */
@Injectable()
export class JwtStrategy extends PassportStrategy(BearerStrategy, 'jwt') {
  constructor(@Inject(Verifier) private readonly verifier: Verifier) {
    super();
  }

  /** @throws VerifierError */
  validate(request: RequestWithHeaders): Promise<Principal> {
    return verifyAuthorization(this.verifier, request.headers.authorization);
  }
}
