import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * A key of its own for one purpose, from the secret of the service (HKDF-SHA-256, RFC 5869).
 * @param purpose what the key is for (§3.2): what one key signs never verifies by another one
 */
export const derivedKey = (secret: KeyObject, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES)));
