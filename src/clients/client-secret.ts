import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ClientSecrets } from './client.entity.js';

/** By this prefix, scanners of repositories and logs recognise a secret. */
const PREFIX = 'ergodrive_secret_';
const SECRET_BYTES = 32;

/** A secret of 256 random bits. Its characters are the same with and without the encoding of RFC 6749 §2.3.1. */
export const newSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64url');

/** 32 random bytes have 43 characters in base64url. Repetitions of a few characters are no random bytes. */
const STRONG = /^[\x21-\x7e]{43,1000}$/;
const MIN_DIFFERENT = 10;

/** The rest of a sentence about a secret that is not {@link isStrongSecret strong}. */
export const SECRET_RULE =
  'must hold a secret of 43 to 1000 visible ASCII characters, 10 different ones at least, as of 32 random bytes';

/** Whether a secret that the service did not make can be one that nobody guesses. Its hash has neither salt nor cost. */
export const isStrongSecret = (secret: string): boolean =>
  STRONG.test(secret) && new Set(secret).size >= MIN_DIFFERENT;

/**
 * What is stored. Nobody can try 2²⁵⁶ secrets, so the hash needs neither salt nor cost (ADR 21). As text first, because Node
 * takes half as long again to give a hash as a buffer (bench/NOTES.md).
 */
export const hashSecret = (secret: string): Buffer => Buffer.from(hash('sha256', secret, 'hex'), 'hex');

/**
 * Whether the client may use this secret: its latest one, or the one before while the overlap lasts.
 * @param nowMs PostgreSQL's time, milliseconds since the epoch
 */
export function acceptsSecret(secrets: ClientSecrets, secret: string, nowMs: number): boolean {
  const { secretHash, previousSecretHash, previousSecretExpiresAt } = secrets;
  const presented = hashSecret(secret);
  if (timingSafeEqual(presented, secretHash)) return true;
  if (previousSecretHash === null || previousSecretExpiresAt === null) return false;
  return timingSafeEqual(presented, previousSecretHash) && nowMs < previousSecretExpiresAt.getTime();
}
