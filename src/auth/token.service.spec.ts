import { createSecretKey, randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import jwt from 'jsonwebtoken';
import { ProblemError } from '../common/problem.error.js';
import type { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { Session } from '../sessions/session.entity.js';
import { TokenService } from './token.service.js';

const { jest } = import.meta;

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const NAME = 'ergodrive-backend';
const START = new Date('2026-11-24T12:00:00.400Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const serviceOf = (config: AppConfig) =>
  new TokenService(new JwtService({ secret: config.tokens.key }), config);
const configured = (variables: Record<string, string> = {}) =>
  serviceOf(loadConfig({ JWT_SECRET: SECRET, ...variables }));

function sessionAt(now: Date): Session {
  return Object.assign(new Session(), {
    id: randomUUID(),
    userId: randomUUID(),
    refreshJti: randomUUID(),
    rotatedAt: now,
    expiresAt: new Date(now.getTime() + 7 * DAY_MS),
  });
}

/** The stable code of the refusal, or `accepted`. */
function outcome(check: () => unknown): string {
  try {
    check();
    return 'accepted';
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
}

describe('TokenService', () => {
  let tokens: TokenService;
  let session: Session;

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    tokens = configured();
    session = sessionAt(START);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const access = () => tokens.signAccess(session, randomUUID(), new Date()).token;
  const refresh = () => tokens.signRefresh(session);
  const claims = () => ({
    iss: NAME,
    aud: NAME,
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

  it('signs what it verifies', () => {
    const tokenId = randomUUID();
    const { token, expiresIn } = tokens.signAccess(session, tokenId, START);
    expect(expiresIn).toBe(1800);
    expect(tokens.verifyAccess(token)).toMatchObject({
      iss: NAME,
      aud: NAME,
      sub: session.userId,
      sid: session.id,
      jti: tokenId,
    });
    expect(tokens.verifyRefresh(refresh())).toMatchObject({
      sub: session.userId,
      sid: session.id,
      jti: session.refreshJti,
    });
    expect(outcome(() => tokens.verifyAccess(forged({})))).toBe('accepted');
  });

  it('takes no kind of token for the other (RFC 8725 §3.11)', () => {
    expect(outcome(() => tokens.verifyAccess(refresh()))).toBe('token_invalid');
    expect(outcome(() => tokens.verifyRefresh(access()))).toBe('token_invalid');
    for (const typ of ['JWT', 'AT+JWT', 'application/at+jwt', undefined]) {
      const token = forged({}, { header: { alg: 'HS256', typ } });
      expect(outcome(() => tokens.verifyAccess(token))).toBe('token_invalid');
      expect(outcome(() => tokens.verifyRefresh(token))).toBe('token_invalid');
    }
  });

  it('takes no other algorithm, though it has the same key (RFC 8725 §3.1)', () => {
    for (const algorithm of ['HS384', 'HS512'] as const) {
      const token = forged({}, { algorithm }, SECRET.repeat(2));
      expect(outcome(() => configured({ JWT_SECRET: SECRET.repeat(2) }).verifyAccess(token))).toBe(
        'token_invalid',
      );
    }
    const unsigned = jwt.sign(claims(), '', { algorithm: 'none', header: { alg: 'none', typ: 'at+jwt' } });
    expect(outcome(() => tokens.verifyAccess(unsigned))).toBe('token_invalid');
    const [, payload, signature] = access().split('.');
    for (const alg of ['none', 'None', 'HS512', 'RS256', '']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url');
      expect(outcome(() => tokens.verifyAccess(`${header}.${payload}.${signature}`))).toBe('token_invalid');
      expect(outcome(() => tokens.verifyAccess(`${header}.${payload}.`))).toBe('token_invalid');
    }
  });

  it('takes no token of another key, issuer or audience', () => {
    expect(outcome(() => tokens.verifyAccess(forged({}, {}, SECRET.toLowerCase())))).toBe('token_invalid');
    expect(outcome(() => configured({ APP_NAME: 'other' }).verifyAccess(access()))).toBe('token_invalid');
    for (const changed of [
      { iss: 'other' },
      { aud: 'other' },
      { aud: ['other'] },
      { iss: undefined },
      { aud: undefined },
    ]) {
      expect(outcome(() => tokens.verifyAccess(forged(changed)))).toBe('token_invalid');
    }
  });

  it('takes no token with a changed character', () => {
    const token = access();
    for (let index = 0; index < token.length; index += 7) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const tampered = token.slice(0, index) + other + token.slice(index + 1);
      expect(outcome(() => tokens.verifyAccess(tampered))).toBe('token_invalid');
    }
    for (const wrong of [
      '',
      '.',
      '..',
      token.slice(0, -2),
      `${token}A`,
      ` ${token}`,
      `${token}.`,
      'a'.repeat(9000),
    ]) {
      expect(outcome(() => tokens.verifyAccess(wrong))).toBe('token_invalid');
    }
  });

  it('takes an access token until it expires, also one that it has seen before', () => {
    const token = access();
    expect(outcome(() => tokens.verifyAccess(token))).toBe('accepted');
    jest.setSystemTime(START.getTime() + 30 * MINUTE_MS - 1000);
    expect(outcome(() => tokens.verifyAccess(token))).toBe('accepted');
    jest.setSystemTime(START.getTime() + 30 * MINUTE_MS);
    expect(outcome(() => tokens.verifyAccess(token))).toBe('token_expired');
    expect(outcome(() => tokens.verifyAccess(token))).toBe('token_expired');
    expect(outcome(() => configured().verifyAccess(token))).toBe('token_expired');
  });

  it('takes a refresh token until its session expires', () => {
    const token = refresh();
    jest.setSystemTime(session.expiresAt.getTime() - 2000);
    expect(outcome(() => tokens.verifyRefresh(token))).toBe('accepted');
    jest.setSystemTime(session.expiresAt);
    expect(outcome(() => tokens.verifyRefresh(token))).toBe('token_expired');
  });

  it('remembers no refusal, and no other token than the whole one', () => {
    const token = access();
    expect(outcome(() => tokens.verifyAccess(`${token.slice(0, -4)}AAAA`))).toBe('token_invalid');
    expect(outcome(() => tokens.verifyAccess(token))).toBe('accepted');
    expect(outcome(() => tokens.verifyAccess(`${token.slice(0, -4)}AAAA`))).toBe('token_invalid');
    expect(outcome(() => tokens.verifyRefresh(token))).toBe('token_invalid');
  });

  it('makes no access token that outlives its session', () => {
    session.expiresAt = new Date(START.getTime() + 5 * MINUTE_MS);
    const { token, expiresIn } = tokens.signAccess(session, randomUUID(), START);
    expect(expiresIn).toBe(300);
    jest.setSystemTime(session.expiresAt);
    expect(outcome(() => tokens.verifyAccess(token))).toBe('token_expired');
  });

  it('makes the same refresh token of the same row, byte for byte, at any time and in any process', () => {
    const first = refresh();
    jest.setSystemTime(START.getTime() + 3 * MINUTE_MS);
    expect(tokens.signRefresh(Object.assign(new Session(), session))).toBe(first);
    expect(configured().signRefresh(session)).toBe(first);
    session.refreshJti = randomUUID();
    expect(refresh()).not.toBe(first);
  });

  it('makes access tokens that differ', () => {
    expect(access()).not.toBe(access());
  });
});
