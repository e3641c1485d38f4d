import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';

const ISSUER = 'ergodrive-backend';

/** A signing key that is known to a suite, for the instances' environment. */
export class TokenKey {
  readonly secret = randomBytes(48).toString('base64');
  private readonly key = createSecretKey(Buffer.from(this.secret));

  /** An access token as the service signs it, with a life of its own. */
  sign(userId: string, sessionId: string, lifeSeconds: number): string {
    return jwt.sign({ sid: sessionId }, this.key, {
      header: { alg: 'HS256', typ: 'at+jwt' },
      issuer: ISSUER,
      audience: ISSUER,
      subject: userId,
      jwtid: randomUUID(),
      expiresIn: lifeSeconds,
    });
  }
}
