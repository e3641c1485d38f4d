import { type Mutant, mutantsOf } from './mutant.js';

const TOKENS = 'src/auth/token.service.ts';
const TOKEN_KEYS_SPEC = 'src/auth/token.service.keys.spec.ts';
const SET_SPEC = 'src/config/signing-keys.spec.ts';

/** Which tokens are accepted, by which key. */
export const KEY_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(TOKENS, TOKEN_KEYS_SPEC)`
    a key verifies by any algorithm of its kind
      - algorithms: [expected.algorithm],
      +
    HS256 is accepted beyond its end
      -  && payload.exp <= acceptedUntil
      +
    a signature is accepted in several spellings
      - isCanonical(signature) && ${''}
      +
    a key pair accepts the issuer of refresh tokens
      - algorithm === 'HS256' ? [issuerUrl, name] : [issuerUrl]
      + [issuerUrl, name]
  `,
  ...mutantsOf(TOKENS, 'src/auth/token.service.spec.ts')`
    a refresh token is accepted as an access token
      - header.typ === type && ${''}
      +
    a critical header that nobody knows is ignored
      - && !('crit' in header)
      +
    a remembered token is accepted after its expiry
      - if (known.exp * 1000 > this.clock.now()) return known;
      + return known;
    a token of another issuer is accepted
      -         issuer: expected.issuers,
      -
      +
    an access token outlives its session
      - Math.min(iat + this.config.tokens.accessTtlSeconds, seconds(session.expiresAt))
      + iat + this.config.tokens.accessTtlSeconds
    tokens of every HMAC algorithm are accepted
      - algorithms: [expected.algorithm],
      + algorithms: [expected.algorithm, 'HS384', 'HS512'],
    a token for another audience is accepted
      -         audience: expected.issuers,
      -
      +
  `,
  ...mutantsOf('src/keys/signing-keys.ts', TOKEN_KEYS_SPEC)`
    a token with an unknown kid is verified by the first key
      - return this.verifying.get(kid);
      + return this.verifying.get(kid) ?? [...this.verifying.values()][0];
    HS256 is accepted beside key pairs
      - new Map(signingKeys.map(
      + new Map([...signingKeys, { algorithm: 'HS256' } as SigningKey].map(
  `,
  ...mutantsOf('src/config/jwk.ts', SET_SPEC)`
    private members of keys are published
      - publicKey.export({ format: 'jwk' })
      + (privateKey ?? publicKey).export({ format: 'jwk' })
    a short RSA key is accepted
      - modulusLength >= 2048
      + modulusLength >= 1024
    another curve is accepted
      - namedCurve === 'prime256v1'
      + namedCurve !== 'secp384r1'
    a private part that belongs to another key is accepted
      - privateKey !== undefined && !isPair(privateKey, publicKey)
      + false
    a kid that is no thumbprint is accepted
      - jwk.kid !== undefined && jwk.kid !== kid
      + false
  `,
  ...mutantsOf('src/config/jwt-secret.ts', 'src/config/load-config.spec.ts')`
    a short secret is accepted
      - Buffer.byteLength(secret) < MIN_SECRET_BYTES
      + Buffer.byteLength(secret) < MIN_SECRET_BYTES - 1
    a placeholder is accepted as a secret in production
      - environment.NODE_ENV === 'production' && PLACEHOLDER.test(secret)
      + environment.NODE_ENV === 'development' && PLACEHOLDER.test(secret)
  `,
  ...mutantsOf('src/config/created-once.ts', 'src/config/created-once.spec.ts')`
    others can read the keys of development
      - mode: 0o600
      + mode: 0o644
  `,
  ...mutantsOf('src/config/signing-keys.ts', SET_SPEC)`
    HS256 is kept without an end
      - if (index > 0) return secretKey(endOf(exp));
      +
  `,
];
