import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { derivedKey } from '../common/derived-key.js';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { digestOfEmail } from '../users/email.js';

const ALGORITHM = 'HS256';
const LIFE_SECONDS = 365 * 86_400;
/** A token of another kind never verifies with its key, and the other way round. */
const PURPOSE = 'ergodrive device token';

/** What a device token says. */
export interface KnownDevice {
  readonly id: string;
  /** Of the password with which the device logged in. */
  readonly passwordDigest: string;
}

/**
 * Tokens that show that a device has logged into an account before (OWASP, Slow Down Online Guessing Attacks with Device
 * Cookies). A device token authenticates nobody: with it, guesses are counted for the device and for all devices of the account instead of
 * for its network and the account. It ends with the password: who knew the old one gets no guesses at the new one.
 */
@Injectable()
export class DeviceTokens {
  private readonly key: KeyObject;

  constructor(
    private readonly clock: DatabaseClock,
    { tokens }: AppConfig,
  ) {
    this.key = derivedKey(tokens.key, PURPOSE);
  }

  /** A token of a new device of the account, for a year. Call it after a successful login only. @param passwordHash that is stored now */
  issue(email: string, passwordHash: string): string {
    const iat = this.seconds();
    const about = { sub: digestOfEmail(email), jti: randomUUID(), pwd: digestOfHash(passwordHash) };
    const claims = { ...about, iat, exp: iat + LIFE_SECONDS };
    return jwt.sign(claims, this.key, { algorithm: ALGORITHM });
  }

  /**
   * The device. `undefined` without a token, and for one that is malformed, forged, expired or of another account:
   * such a request counts as one without a token, because a refusal would lock out who has an old one. {@link isOfPassword} says whether
   * the password is still that of the login.
   */
  deviceOf(email: string, token: string | undefined): KnownDevice | undefined {
    if (token === undefined) return undefined;
    try {
      const { jti, pwd } = jwt.verify(token, this.key, {
        algorithms: [ALGORITHM],
        subject: digestOfEmail(email),
        clockTimestamp: this.seconds(),
      }) as { jti: string; pwd: string };
      return { id: jti, passwordDigest: pwd };
    } catch {
      // Not only a JsonWebTokenError: a payload that is not JSON gives a SyntaxError.
      return undefined;
    }
  }

  /** Whether the device logged in with the password that has this hash. */
  isOfPassword(device: KnownDevice, passwordHash: string | null): boolean {
    return passwordHash !== null && device.passwordDigest === digestOfHash(passwordHash);
  }

  private seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

/** The hash has a random salt: its digest says nothing about the password. */
const digestOfHash = (passwordHash: string): string =>
  createHash('sha256').update(passwordHash).digest('base64url');
