import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ConfigurationError } from './configuration.error.js';
import { createdOnce } from './created-once.js';
import type { Environment } from './environment.js';

/** RFC 7518 §3.2: an HS256 key has at least as many bits as the hash, 32 bytes. */
const MIN_SECRET_BYTES = 32;
const PLACEHOLDER = /change[-_ ]?me|your[-_ ]?secret|secret[-_ ]?key|placeholder|example|(.)\1{15}/i;

/**
 * The key of refresh tokens and of HS256, as a `KeyObject`: `jsonwebtoken` parses a string secret anew on each call, at 0.4 ms.
 * Development makes a key once and keeps it, so that tokens outlive a restart; production must bring its own.
 * @throws ConfigurationError when the secret is missing, short or a placeholder
 */
export function loadJwtSecret(environment: Environment): KeyObject {
  const secret = environment.JWT_SECRET;
  if (secret === undefined || secret === '') {
    if (environment.NODE_ENV === 'production')
      throw new ConfigurationError(['JWT_SECRET is required in production']);
    return createSecretKey(developmentSecret(environment.DATA_DIR));
  }
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw new ConfigurationError([`JWT_SECRET must have at least ${MIN_SECRET_BYTES} bytes`]);
  }
  if (environment.NODE_ENV === 'production' && PLACEHOLDER.test(secret)) {
    throw new ConfigurationError([
      'JWT_SECRET must not be a placeholder; make one with: openssl rand -base64 48',
    ]);
  }
  return createSecretKey(Buffer.from(secret));
}

function developmentSecret(dataDir: string): Buffer {
  return Buffer.from(createdOnce(join(dataDir, 'jwt-secret'), () => randomBytes(48).toString('base64')));
}
