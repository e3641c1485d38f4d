import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ClientSecrets } from './client.entity.js';

/** By this prefix, scanners of repositories and logs recognise a secret. */
const PREFIX = 'ergodrive_secret_';
const SECRET_BYTES = 32;

/** A secret of 256 random bits. Its characters are the same with and without the encoding of RFC 6749 §2.3.1. */
export const newSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64url');

/** What is stored. Nobody can try 2²⁵⁶ secrets, so the hash needs neither salt nor cost (ADR 21). */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/**
 * Whether the client may use this secret: its latest one, or the one before while the overlap lasts.
 * @param nowMs PostgreSQL's time, milliseconds since the epoch
 */
export function acceptsSecret(secrets: ClientSecrets, secret: string, nowMs: number): boolean {
  const { secretHash, previousSecretHash, previousSecretExpiresAt } = secrets;
  const hash = hashSecret(secret);
  if (timingSafeEqual(hash, secretHash)) return true;
  if (previousSecretHash === null || previousSecretExpiresAt === null) return false;
  return timingSafeEqual(hash, previousSecretHash) && nowMs < previousSecretExpiresAt.getTime();
}
