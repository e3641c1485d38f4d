import { createSecretKey, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { outcome, sessionAt, tokenService } from '../../test/support/app/token-service.js';
import type { TokenSession } from '../sessions/session.entity.js';
import type { TokenService } from './token.service.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const NAME = 'ergodrive-backend';
const ISSUER = 'https://auth.example.org';
const START = new Date('2026-11-24T12:00:00.400Z');
const MINUTE_MS = 60_000;

const configured = (variables: Record<string, string> = {}) =>
  tokenService({ JWT_SECRET: SECRET, ISSUER_URL: ISSUER, ...variables });

describe('TokenService', () => {
  let tokens: TokenService;
  let session: TokenSession;
  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    tokens = configured();
    session = sessionAt(START);
  });
  afterEach(() => jest.useRealTimers());
  const judged = (token: string) => outcome(() => tokens.verifyAccess(token));
  const judgedRefresh = (token: string) => outcome(() => tokens.verifyRefresh(token));
  const access = () => tokens.signAccess(session, randomUUID(), new Date()).token;
  const refresh = () => tokens.signRefresh(session);
  const claims = () => ({
    iss: ISSUER,
    aud: ISSUER,
    sub: session.userId,
    sid: session.id,
    jti: randomUUID(),
    iat: Math.floor(START.getTime() / 1000),
    exp: Math.floor(START.getTime() / 1000) + 1800,
  });
  /** A token that differs from a good access token in what is given, signed with the true key. */
  const forged = (changed: object, options: jwt.SignOptions = {}, key = SECRET) =>
    jwt.sign({ ...claims(), ...changed }, createSecretKey(Buffer.from(key)), {
      algorithm: 'HS256',
      ...options,
      header: { alg: options.algorithm ?? 'HS256', typ: 'at+jwt', ...options.header },
    });

  it('verifies the tokens that it signs', () => {
    const tokenId = randomUUID();
    const { token, expiresIn } = tokens.signAccess(session, tokenId, START);
    expect(expiresIn).toBe(1800);
    expect(tokens.verifyAccess(token)).toEqual({
      iss: ISSUER,
      aud: ISSUER,
      sub: session.userId,
      client_id: NAME,
      auth_time: Math.floor(session.createdAt.getTime() / 1000),
      sid: session.id,
      jti: tokenId,
      iat: claims().iat,
      exp: claims().exp,
      role: 'researcher',
    });
    expect(tokens.verifyRefresh(refresh())).toMatchObject({
      sub: session.userId,
      sid: session.id,
      jti: session.refreshJti,
    });
    expect(judged(forged({}))).toBe('accepted');
  });

  it('refuses a refresh token as an access token and the reverse (RFC 8725 §3.11)', () => {
    expect(judged(refresh())).toBe('token_invalid');
    expect(judgedRefresh(access())).toBe('token_invalid');
    for (const typ of ['JWT', 'AT+JWT', 'application/at+jwt', undefined]) {
      const token = forged({ iss: NAME, aud: NAME }, { header: { alg: 'HS256', typ } });
      expect(judged(token)).toBe('token_invalid');
      expect(judgedRefresh(token)).toBe('token_invalid');
    }
  });

  it('refuses another algorithm with the same key (RFC 8725 §3.1)', () => {
    const long = configured({ JWT_SECRET: SECRET.repeat(2) });
    for (const algorithm of ['HS384', 'HS512'] as const) {
      const token = forged({}, { algorithm }, SECRET.repeat(2));
      expect(outcome(() => long.verifyAccess(token))).toBe('token_invalid');
    }
    const unsigned = jwt.sign(claims(), '', { algorithm: 'none', header: { alg: 'none', typ: 'at+jwt' } });
    expect(judged(unsigned)).toBe('token_invalid');
    const [, payload, signature] = access().split('.');
    for (const alg of ['none', 'None', 'HS512', 'RS256', '']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url');
      expect(judged(`${header}.${payload}.${signature}`)).toBe('token_invalid');
      expect(judged(`${header}.${payload}.`)).toBe('token_invalid');
    }
  });

  it('refuses a token with a critical header, which it does not know (RFC 7515 §4.1.11)', () => {
    const header = { alg: 'HS256', typ: 'at+jwt', crit: ['exp'] };
    expect(judged(forged({}, { header }))).toBe('token_invalid');
  });

  /** A token with members that the library does not sign in an object. */
  const signedText = (changed: object) =>
    jwt.sign(JSON.stringify({ ...claims(), ...changed }), createSecretKey(Buffer.from(SECRET)), {
      header: { alg: 'HS256', typ: 'at+jwt' },
    });

  it('refuses a token whose ids are not those that it signs', () => {
    for (const changed of [{ sub: 'ada' }, { sub: ['ada'] }, { sid: 1 }, { sid: undefined }, { jti: {} }])
      expect(judged(signedText(changed))).toBe('token_invalid');
  });

  it('refuses a token that never expires', () => {
    for (const exp of [undefined, null, '9999999999'])
      expect(judged(signedText({ exp }))).toBe('token_invalid');
  });

  it('refuses a token of another key, issuer or audience', () => {
    expect(judged(forged({}, {}, SECRET.toLowerCase()))).toBe('token_invalid');
    const others = configured({ ISSUER_URL: 'https://other.example', APP_NAME: 'other' });
    expect(outcome(() => others.verifyAccess(access()))).toBe('token_invalid');
    expect(outcome(() => others.verifyRefresh(refresh()))).toBe('token_invalid');
    const [iss, aud] = ['other', 'other'];
    for (const changed of [{ iss }, { aud }, { aud: [aud] }, { iss: undefined }, { aud: undefined }])
      expect(judged(forged(changed))).toBe('token_invalid');
  });

  it('accepts an access token of version 0.1.0, which named the application as issuer and audience', () =>
    expect(judged(forged({ iss: NAME, aud: NAME }))).toBe('accepted'));

  it('takes no key from the header of a token (RFC 8725 §3.10)', () => {
    const stranger = 'a key of the attacker, of 32 bytes';
    const k = Buffer.from(stranger).toString('base64url');
    const headers = [
      { jwk: { kty: 'oct', alg: 'HS256', k } },
      { jku: 'https://attacker.example/jwks.json' },
      { x5u: 'https://attacker.example/cert.pem' },
      { x5c: [k] },
      { kid: '../../dev/null' },
    ];
    for (const header of headers) {
      const token = forged({}, { header: { alg: 'HS256', typ: 'at+jwt', ...header } }, stranger);
      expect(judged(token)).toBe('token_invalid');
    }
  });

  it('refuses a token that is not valid yet', () => {
    const now = Math.floor(START.getTime() / 1000);
    expect(judged(forged({ nbf: now + 60 }))).toBe('token_invalid');
    expect(judged(forged({ nbf: now }))).toBe('accepted');
  });

  it('refuses a token with a changed character', () => {
    const token = access();
    for (let index = 0; index < token.length; index += 7) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const tampered = token.slice(0, index) + other + token.slice(index + 1);
      expect(judged(tampered)).toBe('token_invalid');
    }
    const changed = [token.slice(0, -2), `${token}A`, ` ${token}`, `${token}.`];
    for (const wrong of ['', '.', '..', ...changed, 'a'.repeat(9000)])
      expect(judged(wrong)).toBe('token_invalid');
  });

  it('accepts an access token until it expires, also one that it verified before', () => {
    const token = access();
    expect(judged(token)).toBe('accepted');
    jest.setSystemTime(START.getTime() + 30 * MINUTE_MS - 1000);
    expect(judged(token)).toBe('accepted');
    jest.setSystemTime(START.getTime() + 30 * MINUTE_MS);
    expect(judged(token)).toBe('token_expired');
    expect(judged(token)).toBe('token_expired');
    expect(outcome(() => configured().verifyAccess(token))).toBe('token_expired');
  });

  it('accepts a refresh token until its session expires', () => {
    const token = refresh();
    jest.setSystemTime(session.expiresAt.getTime() - 2000);
    expect(judgedRefresh(token)).toBe('accepted');
    jest.setSystemTime(session.expiresAt);
    expect(judgedRefresh(token)).toBe('token_expired');
  });

  it('stores no refused token, and stores an accepted token by its whole text', () => {
    const token = access();
    expect(judged(`${token.slice(0, -4)}AAAA`)).toBe('token_invalid');
    expect(judged(token)).toBe('accepted');
    expect(judged(`${token.slice(0, -4)}AAAA`)).toBe('token_invalid');
    expect(judgedRefresh(token)).toBe('token_invalid');
  });

  it('signs no access token that expires after its session', () => {
    session.expiresAt = new Date(START.getTime() + 5 * MINUTE_MS);
    const { token, expiresIn } = tokens.signAccess(session, randomUUID(), START);
    expect(expiresIn).toBe(300);
    jest.setSystemTime(session.expiresAt);
    expect(judged(token)).toBe('token_expired');
  });

  it('signs the same refresh token for the same row, byte for byte, at any time and in any process', () => {
    const first = refresh();
    jest.setSystemTime(START.getTime() + 3 * MINUTE_MS);
    expect(tokens.signRefresh({ ...session })).toBe(first);
    expect(configured().signRefresh(session)).toBe(first);
    session.refreshJti = randomUUID();
    expect(refresh()).not.toBe(first);
  });

  it('signs access tokens that differ', () => expect(access()).not.toBe(access()));
});
