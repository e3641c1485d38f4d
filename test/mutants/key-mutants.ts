import type { Mutant } from './mutant.js';

const TOKENS = 'src/auth/token.service.ts';
const TOKENS_SPEC = ['src/auth/token.service.spec.ts'] as const;
const KEYS = 'src/keys/signing-keys.ts';
const TOKEN_KEYS_SPEC = ['src/auth/token.service.keys.spec.ts'] as const;
const JWK = 'src/config/jwk.ts';
const SET_SPEC = ['src/config/signing-keys.spec.ts'] as const;
const SECRET = 'src/config/jwt-secret.ts';
const CONFIG_SPEC = ['src/config/load-config.spec.ts'] as const;
const ONCE = 'src/config/created-once.ts';
const ONCE_SPEC = ['src/config/created-once.spec.ts'] as const;
const SET = 'src/config/signing-keys.ts';

/** Which tokens are accepted, by which key. */
export const KEY_MUTANTS: readonly Mutant[] = [
  {
    name: 'a key verifies by any algorithm of its kind',
    file: TOKENS,
    text: 'algorithms: [expected.algorithm],',
    replacement: '',
    specs: TOKEN_KEYS_SPEC,
  },
  {
    name: 'a refresh token is accepted as an access token',
    file: TOKENS,
    text: 'header.typ === type && ',
    replacement: '',
    specs: TOKENS_SPEC,
  },
  {
    name: 'a critical header that nobody knows is ignored',
    file: TOKENS,
    text: "&& !('crit' in header)",
    replacement: '',
    specs: TOKENS_SPEC,
  },
  {
    name: 'a remembered token is accepted after its expiry',
    file: TOKENS,
    text: 'if (known.exp * 1000 > this.clock.now()) return known;',
    replacement: 'return known;',
    specs: TOKENS_SPEC,
  },
  {
    name: 'a token of another issuer is accepted',
    file: TOKENS,
    text: '        issuer: expected.issuers,\n',
    replacement: '',
    specs: TOKENS_SPEC,
  },
  {
    name: 'an access token outlives its session',
    file: TOKENS,
    text: 'Math.min(iat + this.config.tokens.accessTtlSeconds, seconds(session.expiresAt))',
    replacement: 'iat + this.config.tokens.accessTtlSeconds',
    specs: TOKENS_SPEC,
  },
  {
    name: 'HS256 is accepted beyond its end',
    file: TOKENS,
    text: ' && payload.exp <= acceptedUntil',
    replacement: '',
    specs: TOKEN_KEYS_SPEC,
  },
  {
    name: 'a token with an unknown kid is verified by the first key',
    file: KEYS,
    text: 'return this.verifying.get(kid);',
    replacement: 'return this.verifying.get(kid) ?? [...this.verifying.values()][0];',
    specs: TOKEN_KEYS_SPEC,
  },
  {
    name: 'private members of keys are published',
    file: JWK,
    text: "publicKey.export({ format: 'jwk' })",
    replacement: "(privateKey ?? publicKey).export({ format: 'jwk' })",
    specs: SET_SPEC,
  },
  {
    name: 'a short RSA key is accepted',
    file: JWK,
    text: 'modulusLength >= 2048',
    replacement: 'modulusLength >= 1024',
    specs: SET_SPEC,
  },
  {
    name: 'a short secret is accepted',
    file: SECRET,
    text: 'Buffer.byteLength(secret) < MIN_SECRET_BYTES',
    replacement: 'Buffer.byteLength(secret) < MIN_SECRET_BYTES - 1',
    specs: CONFIG_SPEC,
  },
  {
    name: 'a placeholder is accepted as a secret in production',
    file: SECRET,
    text: "environment.NODE_ENV === 'production' && PLACEHOLDER.test(secret)",
    replacement: "environment.NODE_ENV === 'development' && PLACEHOLDER.test(secret)",
    specs: CONFIG_SPEC,
  },
  {
    name: 'others can read the keys of development',
    file: ONCE,
    text: 'mode: 0o600',
    replacement: 'mode: 0o644',
    specs: ONCE_SPEC,
  },
  {
    name: 'tokens of every HMAC algorithm are accepted',
    file: TOKENS,
    text: 'algorithms: [expected.algorithm],',
    replacement: "algorithms: [expected.algorithm, 'HS384', 'HS512'],",
    specs: TOKENS_SPEC,
  },
  {
    name: 'a token for another audience is accepted',
    file: TOKENS,
    text: '        audience: expected.issuers,\n',
    replacement: '',
    specs: TOKENS_SPEC,
  },
  {
    name: 'HS256 is accepted beside key pairs',
    file: KEYS,
    text: 'new Map(signingKeys.map(',
    replacement: "new Map([...signingKeys, { algorithm: 'HS256' } as SigningKey].map(",
    specs: TOKEN_KEYS_SPEC,
  },
  {
    name: 'a signature is accepted in several spellings',
    file: TOKENS,
    text: 'isCanonical(signature) && ',
    replacement: '',
    specs: TOKEN_KEYS_SPEC,
  },
  {
    name: 'a key pair accepts the issuer of refresh tokens',
    file: TOKENS,
    text: "algorithm === 'HS256' ? [issuerUrl, name] : [issuerUrl]",
    replacement: '[issuerUrl, name]',
    specs: TOKEN_KEYS_SPEC,
  },
  {
    name: 'another curve is accepted',
    file: JWK,
    text: "namedCurve === 'prime256v1'",
    replacement: "namedCurve !== 'secp384r1'",
    specs: SET_SPEC,
  },
  {
    name: 'a private part that belongs to another key is accepted',
    file: JWK,
    text: 'privateKey !== undefined && !isPair(privateKey, publicKey)',
    replacement: 'false',
    specs: SET_SPEC,
  },
  {
    name: 'a kid that is no thumbprint is accepted',
    file: JWK,
    text: 'jwk.kid !== undefined && jwk.kid !== kid',
    replacement: 'false',
    specs: SET_SPEC,
  },
  {
    name: 'HS256 is kept without an end',
    file: SET,
    text: 'if (index > 0) return secretKey(endOf(exp));',
    replacement: '',
    specs: SET_SPEC,
  },
];
