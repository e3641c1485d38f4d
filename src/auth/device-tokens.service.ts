import { createSecretKey, hkdfSync, type KeyObject, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { digestOfEmail } from '../users/email.js';

const ALGORITHM = 'HS256';
const LIFE_SECONDS = 365 * 86_400;
const KEY_BYTES = 32;
/** What the key is derived for (RFC 5869 §3.2): a token of another kind never verifies with it, and the other way round. */
const PURPOSE = 'ergodrive device token';

/**
 * Tokens that show that a device has logged into an account before (OWASP, Slow Down Online Guessing Attacks with Device
 * Cookies). A device token authenticates nobody: with it, guesses are counted for the device instead of for its network
 * and the account.
 */
@Injectable()
export class DeviceTokens {
  private readonly key: KeyObject;

  constructor(
    private readonly clock: DatabaseClock,
    { tokens }: AppConfig,
  ) {
    this.key = createSecretKey(Buffer.from(hkdfSync('sha256', tokens.key, '', PURPOSE, KEY_BYTES)));
  }

  /** A token of a new device of the account, for a year. Call it after a successful login only. */
  issue(email: string): string {
    const iat = this.seconds();
    const claims = { sub: digestOfEmail(email), jti: randomUUID(), iat, exp: iat + LIFE_SECONDS };
    return jwt.sign(claims, this.key, { algorithm: ALGORITHM });
  }

  /**
   * The id of the device. `undefined` without a token, and for one that is malformed, forged, expired or of another account:
   * such a request counts as one without a token, because a refusal would lock out who has an old one.
   */
  deviceOf(email: string, token: string | undefined): string | undefined {
    if (token === undefined) return undefined;
    try {
      const { jti } = jwt.verify(token, this.key, {
        algorithms: [ALGORITHM],
        subject: digestOfEmail(email),
        clockTimestamp: this.seconds(),
      }) as jwt.JwtPayload;
      return jti;
    } catch (error) {
      if (error instanceof jwt.JsonWebTokenError) return undefined;
      throw error;
    }
  }

  private seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
