import 'reflect-metadata';
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemsOfConfiguration } from '../../test/support/problems-of-configuration.js';
import { ConfigurationError } from './configuration.error.js';
import { generateKey, parseAsymmetricKey } from './jwk.js';
import { loadConfig } from './load-config.js';
import { keySetText, parseSigningKeys } from './signing-keys.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';

const pair = (kind: 'ec' | 'rsa', options: object): JsonWebKey =>
  generateKeyPairSync(kind as 'ec', options as { namedCurve: string }).privateKey.export({ format: 'jwk' });
const without = (jwk: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)));

const [EC, RSA] = [generateKey('ES256'), generateKey('RS256')];
const OTHER = generateKey('ES256');
const HS256 = { kty: 'oct', alg: 'HS256' };
const inDays = (days: number) => Math.floor(Date.now() / 1000) + days * 86_400;

/** The problems of a file that must be refused; the message must not quote it. */
function problemsOf(text: string): readonly string[] {
  try {
    parseSigningKeys(text);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message).not.toContain('quoted');
    const secrets = [EC.d, RSA.d, RSA.p, RSA.q].map((member = '') => member.slice(0, 8));
    expect(secrets.filter((secret) => error.message.includes(secret))).toEqual([]);
    return error.problems;
  }
  return [];
}

describe('parseSigningKeys', () => {
  it('computes the thumbprint of RFC 7638 as kid', () => {
    // The example of RFC 7638 §3.1; its exponent and modulus are those of a 2048-bit key.
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs' +
      'tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn' +
      '1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    const key = parseAsymmetricKey({ kty: 'RSA', alg: 'RS256', n, e: 'AQAB' });
    expect(key.kid).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  it('reads private and public keys, with and without kid and use', () => {
    const text = keySetText([EC, without(RSA, 'kid', 'use'), parseAsymmetricKey(OTHER).jwk]);
    expect(parseSigningKeys(text)).toMatchObject([
      { algorithm: 'ES256', kid: EC['kid'], privateKey: { type: 'private' } },
      { algorithm: 'RS256', kid: RSA['kid'], privateKey: { type: 'private' } },
      { algorithm: 'ES256', kid: OTHER['kid'], privateKey: undefined },
    ]);
  });

  it('has public members only in what it publishes', () => {
    for (const { jwk } of [parseAsymmetricKey(EC), parseAsymmetricKey({ ...RSA, secret: 'x' })]) {
      const names = jwk.kty === 'EC' ? ['crv', 'x', 'y'] : ['e', 'n'];
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'kid', 'kty', 'use', ...names].sort());
    }
  });

  it('reads JWT_SECRET as a key: the first without an end, a later one with an end', () => {
    expect(parseSigningKeys(keySetText([HS256, EC]))[0]).toEqual({
      algorithm: 'HS256',
      kid: undefined,
      acceptedUntil: undefined,
    });
    const exp = inDays(1);
    expect(parseSigningKeys(keySetText([EC, { ...HS256, exp }]))[1]).toMatchObject({ acceptedUntil: exp });
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{"keys": "quoted', /must be JSON$/],
    ['JSON that is no set', '[]', /must be a JWK Set/],
    ['null', 'null', /must be a JWK Set/],
    ['a single key', JSON.stringify(EC), /must be a JWK Set/],
    ['no key', keySetText([]), /must contain a key$/],
    ['a key that is no object', '{"keys": ["quoted"]}', /key 1 must be an object$/],
    ['a first key that is public', keySetText([without(EC, 'd'), OTHER]), /key 1 must be private/],
    ['a key twice', keySetText([EC, parseAsymmetricKey(EC).jwk]), /must not contain a key twice$/],
    ['JWT_SECRET twice', keySetText([HS256, { ...HS256, exp: inDays(1) }]), /must not contain a key twice$/],
    ['no alg', keySetText([without(EC, 'alg')]), /key 1 must have alg ES256 or RS256$/],
    ['another alg', keySetText([EC, { ...RSA, alg: 'PS256' }]), /key 2 must have alg ES256 or RS256$/],
    ['the alg of another type', keySetText([{ ...EC, alg: 'RS256' }]), /key 1 must have kty RSA for RS256$/],
    ['alg none', keySetText([{ ...EC, alg: 'none' }]), /key 1 must have alg/],
    ['another use', keySetText([{ ...EC, use: 'enc' }]), /key 1 must have use sig/],
    ['a wrong kid', keySetText([{ ...EC, kid: OTHER['kid'] }]), /key 1 must have the thumbprint/],
    ['an end of a key pair', keySetText([{ ...EC, exp: inDays(1) }]), /key 1 must have no exp/],
    ['a wrong private part', keySetText([{ ...EC, d: OTHER.d }]), /private part that belongs/],
    ['no point of the curve', keySetText([{ ...EC, x: OTHER.x }]), /key 1 must be a valid key$/],
    ['no private part', keySetText([{ ...EC, d: '' }]), /key 1 must have a private part/],
    ['a number as d', keySetText([{ ...EC, d: 1 }]), /key 1 must be a valid key$/],
    ['an RSA key without primes', keySetText([without(RSA, 'p', 'q')]), /key 1 must be a valid key$/],
    ['a secret', keySetText([{ ...HS256, k: 'quoted' }]), /key 1 must have no k/],
    ['another HMAC', keySetText([{ ...HS256, alg: 'HS512' }]), /key 1 must have alg HS256/],
    [
      'HS256 that signs and has an end',
      keySetText([{ ...HS256, exp: inDays(1) }]),
      /key 1 must have no exp while/,
    ],
    ['HS256 without an end', keySetText([EC, HS256]), /key 2 must have exp/],
    ['HS256 with a late end', keySetText([EC, { ...HS256, exp: inDays(8) }]), /key 2 must have exp/],
    [
      'HS256 with an end in milliseconds',
      keySetText([EC, { ...HS256, exp: Date.now() }]),
      /key 2 must have exp/,
    ],
    [
      'HS256 with an end that is text',
      keySetText([EC, { ...HS256, exp: '2026-12-01' }]),
      /key 2 must have exp/,
    ],
  ])('refuses %s', (_, text, problem) => expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]));

  it('refuses weak keys', () => {
    const weak: [JsonWebKey, RegExp][] = [
      [{ ...pair('ec', { namedCurve: 'P-384' }), alg: 'ES256' }, /curve P-256/],
      [{ ...pair('ec', { namedCurve: 'secp256k1' }), alg: 'ES256' }, /curve P-256/],
      [{ ...pair('rsa', { modulusLength: 1024 }), alg: 'RS256' }, /2048 bits/],
      [{ ...pair('rsa', { modulusLength: 2048, publicExponent: 3 }), alg: 'RS256' }, /65537/],
    ];
    for (const [jwk, rule] of weak)
      expect(problemsOf(keySetText([jwk]))).toEqual([expect.stringMatching(rule)]);
  });

  it('names every wrong key', () => {
    const text = keySetText([{ ...EC, use: 'enc' }, RSA, { ...OTHER, alg: 'none' }]);
    expect(problemsOf(text)).toEqual([expect.stringMatching(/key 1/), expect.stringMatching(/key 3/)]);
  });
});

describe('the keys of a configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signing-keys-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);
  const algorithms = (variables: Record<string, string>) =>
    loadConfig(variables).tokens.signingKeys.map(({ algorithm }) => algorithm);

  it('are those of the file, also beside JWT_SECRET', () => {
    writeFileSync(file('keys.json'), keySetText([RSA, EC]));
    expect(algorithms({ JWT_SECRET: SECRET, SIGNING_KEYS_FILE: file('keys.json') })).toEqual([
      'RS256',
      'ES256',
    ]);
  });

  it('are JWT_SECRET alone when there is no file', () =>
    expect(algorithms({ JWT_SECRET: SECRET })).toEqual(['HS256']));

  it('are a pair that development makes and keeps when neither JWT_SECRET nor a file is set', () => {
    const of = (DATA_DIR: string) => loadConfig({ DATA_DIR }).tokens.signingKeys[0];
    const first = of(file('one'));
    expect(first).toMatchObject({ algorithm: 'ES256', privateKey: { type: 'private' } });
    expect(of(file('one')).kid).toBe(first.kid);
    expect(of(file('other')).kid).not.toBe(first.kid);
    expect(statSync(join(folder, 'one', 'signing-keys.json')).mode & 0o777).toBe(0o600);
  });

  it('stop the start when they are wrong, together with all other wrong variables', () => {
    const production = { NODE_ENV: 'production', SIGNING_KEYS_FILE: file('missing.json') };
    expect(problemsOfConfiguration(production)).toEqual([
      'JWT_SECRET is required in production',
      `SIGNING_KEYS_FILE (${file('missing.json')}) cannot be read (ENOENT)`,
      'ISSUER_URL is required in production',
      expect.stringMatching(/^DATABASE_URL/),
    ]);
  });
});
