import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { TEST_ISSUER } from '../../support/app/app-process.js';

/** A signing key that is known to a suite, for the instances' environment. */
export class TokenKey {
  readonly secret = randomBytes(48).toString('base64');
  private readonly key = createSecretKey(Buffer.from(this.secret));

  /** An access token as the service signs it, with a life of its own. */
  sign(userId: string, sessionId: string, lifeSeconds: number): string {
    return jwt.sign({ sid: sessionId }, this.key, {
      header: { alg: 'HS256', typ: 'at+jwt' },
      issuer: TEST_ISSUER,
      audience: TEST_ISSUER,
      subject: userId,
      jwtid: randomUUID(),
      expiresIn: lifeSeconds,
    });
  }
}
