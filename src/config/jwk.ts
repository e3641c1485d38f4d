import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

export const ASYMMETRIC_ALGORITHMS = ['ES256', 'RS256'] as const;
export type AsymmetricAlgorithm = (typeof ASYMMETRIC_ALGORITHMS)[number];

/** A key pair that signs and verifies, or a public key that verifies. It works with its one algorithm (RFC 8725 §3.1). */
export interface AsymmetricKey {
  readonly algorithm: AsymmetricAlgorithm;
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject | undefined;
  /** Public members only, as `/.well-known/jwks.json` shows them. */
  readonly jwk: JsonWebKey;
}

interface Strength {
  readonly kty: string;
  readonly rule: string;
  readonly fits: (details: NonNullable<KeyObject['asymmetricKeyDetails']>) => boolean;
}

/** RFC 7518 §3.3 and §3.4; the least exponent is that of FIPS 186-5. */
const STRENGTHS: Record<AsymmetricAlgorithm, Strength> = {
  ES256: {
    kty: 'EC',
    rule: 'must be on the curve P-256 for ES256',
    fits: ({ namedCurve }) => namedCurve === 'prime256v1',
  },
  RS256: {
    kty: 'RSA',
    rule: 'must have a modulus of at least 2048 bits and an exponent of at least 65537 for RS256',
    fits: ({ modulusLength = 0, publicExponent = 0n }) => modulusLength >= 2048 && publicExponent >= 65537n,
  },
};

/** A key of a JWK Set breaks a rule. The message completes "the key …", and has no member of the key. */
export class KeyRuleError extends Error {}

/** @throws KeyRuleError */
export function parseAsymmetricKey(jwk: JsonWebKey & { alg?: unknown; kid?: unknown }): AsymmetricKey {
  const algorithm = ASYMMETRIC_ALGORITHMS.find((name) => name === jwk.alg);
  if (algorithm === undefined) throw new KeyRuleError('must have alg ES256 or RS256');
  const { kty, rule, fits } = STRENGTHS[algorithm];
  if (jwk.kty !== kty) throw new KeyRuleError(`must have kty ${kty} for ${algorithm}`);
  const { privateKey, publicKey } = importKey(jwk);
  if (!fits(publicKey.asymmetricKeyDetails ?? {})) throw new KeyRuleError(rule);
  if (privateKey !== undefined && !isPair(privateKey, publicKey))
    throw new KeyRuleError('must have a private part that belongs to its public part');
  const members = publicKey.export({ format: 'jwk' });
  const kid = thumbprintOf(members);
  if (jwk.kid !== undefined && jwk.kid !== kid)
    throw new KeyRuleError('must have the thumbprint of RFC 7638 as kid, or no kid');
  return { algorithm, kid, publicKey, privateKey, jwk: { ...members, kid, alg: algorithm, use: 'sig' } };
}

/** A new private key as a JWK, with its `kid`. */
export function generateKey(algorithm: AsymmetricAlgorithm): JsonWebKey {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 3072 });
  const members = privateKey.export({ format: 'jwk' });
  return { ...members, kid: thumbprintOf(members), alg: algorithm, use: 'sig' };
}

function importKey(jwk: JsonWebKey): { publicKey: KeyObject; privateKey: KeyObject | undefined } {
  try {
    const privateKey = jwk.d === undefined ? undefined : createPrivateKey({ key: jwk, format: 'jwk' });
    // Without `d` node takes the public members only. It would not compare them with the private ones.
    const publicKey = createPublicKey({ key: { ...jwk, d: undefined }, format: 'jwk' });
    return { publicKey, privateKey };
  } catch {
    // The error of node may quote the key.
    throw new KeyRuleError('must be a valid key');
  }
}

/** Both parts of a file may be edited by hand. A wrong pair would sign tokens that nobody accepts. */
function isPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const text = Buffer.from('pairwise consistency');
  try {
    return verify('sha256', text, publicKey, sign('sha256', text, privateKey));
  } catch {
    return false;
  }
}

/** RFC 7638 §3: the required members in the order of their names. */
function thumbprintOf({ kty, crv, x, y, e, n }: JsonWebKey): string {
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
