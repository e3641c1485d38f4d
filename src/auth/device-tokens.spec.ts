import jwt from 'jsonwebtoken';
import type { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { digestOfEmail } from '../users/email.js';
import { DeviceTokens } from './device-tokens.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const EMAIL = 'ada@example.org';
const START = new Date('2026-11-24T12:00:00.400Z');
const HASH = '$argon2id$v=19$a salt$a hash';
const YEAR_MS = 365 * 86_400_000;
const configured = (secret: string): AppConfig => loadConfig({ JWT_SECRET: secret });
const tokensOf = (config: AppConfig) => new DeviceTokens(new DatabaseClock(), config);
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('DeviceTokens', () => {
  const config = configured(SECRET);
  const tokens = tokensOf(config);
  beforeEach(() => jest.useFakeTimers({ now: START }));
  afterEach(() => jest.useRealTimers());

  it('recognise a device of the account, however the address is written', () => {
    const token = tokens.issue(EMAIL, HASH);
    const device = tokens.deviceOf(EMAIL, token);
    expect(device?.id).toMatch(/^[\da-f-]{36}$/);
    expect(tokens.deviceOf(' ADA@example.org', token)).toEqual(device);
    expect(tokensOf(config).deviceOf(EMAIL, token)).toEqual(device);
  });

  it('name another device at each login, and no address', () => {
    const [one, other] = [tokens.issue(EMAIL, HASH), tokens.issue(EMAIL, HASH)];
    expect(tokens.deviceOf(EMAIL, one)?.id).not.toBe(tokens.deviceOf(EMAIL, other)?.id);
    expect(JSON.stringify(jwt.decode(one, { complete: true }))).not.toContain('@');
  });

  it('tell a change of the password, and do not show its hash', () => {
    const token = tokens.issue(EMAIL, HASH);
    const device = tokens.deviceOf(EMAIL, token)!;
    expect(tokens.isOfPassword(device, HASH)).toBe(true);
    expect(tokens.isOfPassword(device, `${HASH}2`)).toBe(false);
    expect(JSON.stringify(jwt.decode(token))).not.toContain(HASH);
  });

  it('are valid for a year', () => {
    const token = tokens.issue(EMAIL, HASH);
    jest.setSystemTime(START.getTime() + YEAR_MS - 1000);
    expect(tokens.deviceOf(EMAIL, token)).toBeDefined();
    jest.setSystemTime(START.getTime() + YEAR_MS);
    expect(tokens.deviceOf(EMAIL, token)).toBeUndefined();
  });

  const exp = START.getTime() / 1000 + 60;
  const claims = { sub: digestOfEmail(EMAIL), jti: 'a device', pwd: 'a digest', exp };
  const signedBy = (key: jwt.Secret, algorithm: jwt.Algorithm = 'HS256', other: object = {}) =>
    jwt.sign(JSON.parse(JSON.stringify({ ...claims, ...other })) as object, key, { algorithm });
  const derived = () => (tokens as unknown as { key: jwt.Secret }).key;
  it.each<[string, () => string | undefined]>([
    ['a missing token', () => undefined],
    ['an empty token', () => ''],
    ['a text that is no token', () => 'a device'],
    ['a token of another account', () => tokens.issue('eve@example.org', HASH)],
    ['a token of another key', () => tokensOf(configured(`${SECRET}2`)).issue(EMAIL, HASH)],
    ['a token signed by the key of access tokens', () => signedBy(config.tokens.key)],
    ['a token of another algorithm', () => signedBy(derived(), 'HS512')],
    ['a token that is not signed', () => `${encode({ alg: 'none' })}.${encode(claims)}.`],
    ['a token with another signature', () => tokens.issue(EMAIL, HASH).replace(/.{8}$/, 'AAAAAAAA')],
    ['a payload that is not JSON', () => `${encode({ alg: 'HS256', typ: 'JWT' })}.bm8ganNvbg.x`],
    ['two tokens in one header', () => `${tokens.issue(EMAIL, HASH)}, ${tokens.issue(EMAIL, HASH)}`],
  ])('recognise no device by %s', (_, make) => {
    // The forgeries are well made but for what is wrong with them.
    const device = { id: 'a device', passwordDigest: 'a digest' };
    expect(tokens.deviceOf(EMAIL, signedBy(derived()))).toEqual(device);
    expect(tokens.deviceOf(EMAIL, make())).toBeUndefined();
  });
});
