import { createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { generateKey, parseAsymmetricKey } from '../../../src/config/jwk.js';
import { keyFile } from '../../e2e/support/key-files.js';

export const ALGORITHMS = ['HS256', 'ES256', 'RS256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** The key by which the application under fuzz signs access tokens. */
export interface ServiceKey {
  /** What configures the application. */
  readonly environment: Readonly<Record<string, string>>;
  /** The header of its tokens. */
  readonly header: Readonly<Record<string, string>>;
  /** The public key, by the name of its form. Empty for a shared secret. */
  readonly publicForms: Readonly<Record<string, string>>;
  /** @returns the signature of a token's first two segments */
  sign(signed: string): string;
}

/** A new key of this algorithm. */
export async function createServiceKey(algorithm: Algorithm): Promise<ServiceKey> {
  const secret = randomBytes(48).toString('base64');
  const typ = 'at+jwt';
  if (algorithm === 'HS256')
    return {
      environment: { JWT_SECRET: secret },
      header: { alg: algorithm, typ },
      publicForms: {},
      sign: (signed) => createHmac('sha256', secret).update(signed).digest('base64url'),
    };
  const jwk = generateKey(algorithm);
  const { kid, jwk: publicJwk } = parseAsymmetricKey(jwk);
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return {
    environment: { JWT_SECRET: secret, SIGNING_KEYS_FILE: await keyFile(jwk) },
    header: { alg: algorithm, typ, kid },
    publicForms: {
      PEM: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
      JWK: JSON.stringify(publicJwk),
    },
    sign: (signed) =>
      sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  };
}
