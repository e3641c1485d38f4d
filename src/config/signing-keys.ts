import { join } from 'node:path';
import { ConfigurationError } from './configuration.error.js';
import { createdOnce } from './created-once.js';
import type { Environment } from './environment.js';
import { generateKey, KeyRuleError, parseAsymmetricKey } from './jwk.js';
import { readText, shownPath } from './secret-files.js';
import type { SecretKey, SigningKey, SigningKeySet } from './signing-key.js';

const FILE = 'SIGNING_KEYS_FILE';
/** Some dozens of keys. */
const MAX_BYTES = 65_536;
/** Longer than a token lives, and short enough that milliseconds instead of seconds are noticed. */
const MAX_ACCEPTED_SECONDS = 7 * 86_400;

/**
 * The keys of access tokens: those of `SIGNING_KEYS_FILE`; without one `JWT_SECRET`; without both, which only development may,
 * a key pair that is made once and kept.
 * @throws ConfigurationError
 */
export function loadSigningKeys(environment: Environment): SigningKeySet {
  const { SIGNING_KEYS_FILE: file, JWT_SECRET: secret, NODE_ENV } = environment;
  if (file !== undefined) return parseSigningKeys(read(file));
  if (secret !== undefined || NODE_ENV === 'production') return [secretKey(undefined)];
  const kept = join(environment.DATA_DIR, 'signing-keys.json');
  return parseSigningKeys(createdOnce(kept, () => keySetText([generateKey('ES256')])));
}

/** The text of a JWK Set (RFC 7517 §5). */
export const keySetText = (keys: readonly object[]): string => `${JSON.stringify({ keys }, null, 2)}\n`;

/**
 * Reads a JWK Set with private keys.
 * @throws ConfigurationError that names each wrong key by its position, and no member of a key
 */
export function parseSigningKeys(text: string): SigningKeySet {
  const problems: string[] = [];
  const keys = entriesOf(text).flatMap((entry, index) => {
    try {
      return [parseKey(entry, index)];
    } catch (error) {
      if (!(error instanceof KeyRuleError)) throw error;
      problems.push(`${FILE}: key ${index + 1} ${error.message}`);
      return [];
    }
  });
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    problems.push(`${FILE} must not contain a key twice`);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const [first, ...others] = keys;
  if (first === undefined) throw new ConfigurationError([`${FILE} must contain a key`]);
  return [first, ...others];
}

const read = (file: string): string =>
  readText(file, MAX_BYTES, (words) => new ConfigurationError([`${FILE}${shownPath(file)} ${words}`]));

function entriesOf(text: string): unknown[] {
  let set: { keys?: unknown } | null;
  try {
    set = JSON.parse(text) as typeof set;
  } catch {
    // The parser's message quotes the text, and so the keys.
    throw new ConfigurationError([`${FILE} must be JSON`]);
  }
  if (!Array.isArray(set?.keys)) throw new ConfigurationError([`${FILE} must be a JWK Set: {"keys": [...]}`]);
  return set.keys as unknown[];
}

function parseKey(entry: unknown, index: number): SigningKey {
  if (typeof entry !== 'object' || entry === null) throw new KeyRuleError('must be an object');
  const jwk = entry as Record<string, unknown>;
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig')
    throw new KeyRuleError('must have use sig, or no use');
  if (jwk['kty'] === 'oct') return parseSecretKey(jwk, index);
  if (jwk['exp'] !== undefined) throw new KeyRuleError('must have no exp: to retire a key, remove it');
  const key = parseAsymmetricKey(jwk);
  if (index === 0 && key.privateKey === undefined)
    throw new KeyRuleError('must be private, because the first key signs');
  return key;
}

/**
 * `{"kty":"oct","alg":"HS256"}` is `JWT_SECRET`. As a later key it needs an end, so that no deployment accepts it for ever
 * because somebody forgot the last step of the move to key pairs.
 */
function parseSecretKey({ alg, k, exp }: Record<string, unknown>, index: number): SecretKey {
  if (alg !== 'HS256') throw new KeyRuleError('must have alg HS256 for kty oct');
  if (k !== undefined) throw new KeyRuleError('must have no k: an HS256 key is JWT_SECRET');
  if (index > 0) return secretKey(endOf(exp));
  if (exp !== undefined) throw new KeyRuleError('must have no exp while it signs');
  return secretKey(undefined);
}

function endOf(exp: unknown): number {
  const latest = Date.now() / 1000 + MAX_ACCEPTED_SECONDS;
  if (Number.isSafeInteger(exp) && (exp as number) <= latest) return exp as number;
  throw new KeyRuleError('must have exp, in seconds since 1970 and at most 7 days ahead, to verify HS256');
}

const secretKey = (acceptedUntil: number | undefined): SecretKey => ({
  algorithm: 'HS256',
  kid: undefined,
  acceptedUntil,
});
