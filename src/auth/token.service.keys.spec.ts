import { createHmac, createPrivateKey, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcome, sessionAt, tokenService } from '../../test/support/app/token-service.js';
import { generateKey, parseAsymmetricKey } from '../config/jwk.js';
import { keySetText } from '../config/signing-keys.js';
import type { TokenService } from './token.service.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const NAME = 'ergodrive-backend';
const ISSUER = 'https://auth.example.org';
const LIFE_SECONDS = 1800;

const RS256 = generateKey('RS256');
const [ES256, OTHER, STRANGER] = [generateKey('ES256'), generateKey('ES256'), generateKey('ES256')];
const publicOf = (jwk: JsonWebKey) => parseAsymmetricKey(jwk).jwk;
const privateOf = (jwk: JsonWebKey) => createPrivateKey({ key: jwk, format: 'jwk' });
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWS of any header, over any claims. */
function jws(header: object, claims: object, signer: (text: string) => Buffer): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${signer(text).toString('base64url')}`;
}

const by = (key: KeyObject) => (text: string) =>
  sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
const bySecret = (secret: string | Buffer) => (text: string) =>
  createHmac('sha256', secret).update(text).digest();

function claims(changed: object = {}): object {
  const iat = Math.floor(Date.now() / 1000);
  const ids = { sub: randomUUID(), sid: randomUUID(), jti: randomUUID() };
  return { iss: ISSUER, aud: ISSUER, ...ids, iat, exp: iat + LIFE_SECONDS, ...changed };
}

const access = (jwk: JsonWebKey, header: object = {}, changed: object = {}) =>
  jws({ alg: jwk['alg'], typ: 'at+jwt', kid: jwk['kid'], ...header }, claims(changed), by(privateOf(jwk)));

describe('TokenService with a file of keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signing-keys-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const withKeys = (...keys: object[]): TokenService => {
    const file = join(folder, `${randomUUID()}.json`);
    writeFileSync(file, keySetText(keys));
    return tokenService({ JWT_SECRET: SECRET, ISSUER_URL: ISSUER, SIGNING_KEYS_FILE: file });
  };
  let tokens: TokenService;
  beforeAll(() => (tokens = withKeys(ES256, RS256, publicOf(OTHER))));
  const judged = (token: string, service = tokens) => outcome(() => service.verifyAccess(token));

  it.each([
    ['ES256', ES256],
    ['RS256', RS256],
  ])('signs with %s where that key is the first, and names the key', (alg, first) => {
    const service = withKeys(first, OTHER);
    const { token } = service.signAccess(sessionAt(new Date()), randomUUID(), new Date());
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object;
    expect(header).toEqual({ alg, typ: 'at+jwt', kid: first['kid'] });
    expect(judged(token, service)).toBe('accepted');
    expect(judged(token)).toBe('accepted');
  });

  it('accepts tokens of each key of the file, also of one whose private part it does not have', () => {
    for (const key of [ES256, RS256, OTHER]) expect(judged(access(key))).toBe('accepted');
  });

  it('refuses tokens of a key that is not in the file', () => {
    expect(judged(access(STRANGER))).toBe('token_invalid');
    expect(judged(access(ES256), withKeys(RS256))).toBe('token_invalid');
  });

  it('finds a key by the whole kid and by nothing else', () => {
    const kid = String(ES256['kid']);
    const others = [undefined, null, '', 0, true, [kid], { kid }, RS256['kid'], STRANGER['kid']];
    const texts = [`${kid} `, kid.toLowerCase(), '__proto__', 'constructor', '../../dev/null'];
    for (const value of [...others, ...texts, 'k'.repeat(10_240)]) {
      const code = judged(access(ES256, { kid: value }));
      expect({ value, code }).toEqual({ value, code: 'token_invalid' });
    }
  });

  it('takes no key from the header of a token, also beside a known kid (RFC 8725 §3.10)', () => {
    const offers = [
      { jwk: publicOf(STRANGER) },
      { jku: 'https://attacker.example/jwks.json' },
      { x5u: 'https://attacker.example/cert.pem' },
      { x5c: ['MIIB'] },
    ];
    for (const offer of offers) {
      expect(judged(access(STRANGER, { kid: ES256['kid'], ...offer }))).toBe('token_invalid');
      expect(judged(access(STRANGER, offer))).toBe('token_invalid');
    }
  });

  it('refuses a public key as a secret of HS256, in every spelling of it', () => {
    for (const jwk of [ES256, RS256]) {
      const { publicKey, jwk: members } = parseAsymmetricKey(jwk);
      const spellings = [
        publicKey.export({ type: 'spki', format: 'pem' }),
        publicKey.export({ type: 'spki', format: 'der' }),
        JSON.stringify(members),
        Buffer.from(String(members.x ?? members.n), 'base64url'),
      ];
      for (const secret of spellings) {
        for (const kid of [jwk['kid'], undefined]) {
          const token = jws({ alg: 'HS256', typ: 'at+jwt', kid }, claims(), bySecret(secret));
          expect(judged(token)).toBe('token_invalid');
        }
      }
    }
  });

  it('refuses any algorithm but the one of the key (RFC 8725 §3.1)', () => {
    for (const alg of ['RS256', 'ES384', 'HS256', 'none', 'es256'])
      expect(judged(access(ES256, { alg }))).toBe('token_invalid');
    for (const alg of ['ES256', 'PS256', 'RS384', 'HS256', 'none'])
      expect(judged(access(RS256, { alg }))).toBe('token_invalid');
    const rs512 = (text: string) => sign('sha512', Buffer.from(text), privateOf(RS256));
    const header = { alg: 'RS512', typ: 'at+jwt', kid: RS256['kid'] };
    expect(judged(jws(header, claims(), rs512))).toBe('token_invalid');
  });

  it('refuses other types, critical headers, and the issuer of refresh tokens', () => {
    for (const typ of ['rt+jwt', 'secevent+jwt', 'JWT', undefined])
      expect(judged(access(ES256, { typ }))).toBe('token_invalid');
    expect(judged(access(ES256, { crit: ['exp'] }))).toBe('token_invalid');
    expect(judged(access(ES256, {}, { iss: NAME, aud: NAME }))).toBe('token_invalid');
    expect(judged(access(ES256, {}, { aud: 'https://other.example' }))).toBe('token_invalid');
  });

  it('accepts only one spelling of a signature', () => {
    for (const key of [ES256, RS256]) {
      const token = access(key);
      const others = token.slice(0, -1);
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const accepted = alphabet.split('').filter((character) => judged(others + character) === 'accepted');
      expect(accepted).toEqual([token.at(-1)]);
    }
  });

  it('takes refresh tokens by JWT_SECRET alone', () => {
    const own = { iss: NAME, aud: NAME };
    const refresh = jws({ alg: 'HS256', typ: 'rt+jwt' }, claims(own), bySecret(SECRET));
    expect(outcome(() => tokens.verifyRefresh(refresh))).toBe('accepted');
    const byKey = access(ES256, { typ: 'rt+jwt' }, own);
    expect(outcome(() => tokens.verifyRefresh(byKey))).toBe('token_invalid');
  });

  describe('and HS256', () => {
    const header = { alg: 'HS256', typ: 'at+jwt' };
    const secretToken = (changed: object = {}) => jws(header, claims(changed), bySecret(SECRET));
    const secret = { kty: 'oct', alg: 'HS256' };
    const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

    it('refuses tokens by JWT_SECRET when the file does not list it', () => {
      expect(judged(secretToken())).toBe('token_invalid');
      expect(judged(secretToken({ iss: NAME, aud: NAME }))).toBe('token_invalid');
    });

    it('signs by JWT_SECRET when that is the first key, and accepts tokens of the next key already', () => {
      const service = withKeys(secret, ES256);
      const { token } = service.signAccess(sessionAt(new Date()), randomUUID(), new Date());
      expect(token.startsWith(encode(header))).toBe(true);
      expect([judged(token, service), judged(access(ES256), service)]).toEqual(['accepted', 'accepted']);
    });

    it('accepts tokens by JWT_SECRET as a later key if they expire before its end', () => {
      const service = withKeys(ES256, { ...secret, exp: inSeconds(LIFE_SECONDS + 60) });
      expect(judged(secretToken(), service)).toBe('accepted');
      expect(judged(secretToken({ iss: NAME, aud: NAME }), service)).toBe('accepted');
      expect(judged(secretToken({ exp: inSeconds(LIFE_SECONDS + 120) }), service)).toBe('token_invalid');
      expect(judged(access(ES256, {}, { exp: inSeconds(86_400) }), service)).toBe('accepted');
    });
  });
});
