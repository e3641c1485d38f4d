import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { claimsOf, type Member } from '../../e2e/support/accounts.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PUBLIC_PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function sign(header: unknown, payload: unknown, secret: string): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/**
 * Access tokens that must be refused, by name: without the key, and with the key that the service signs with.
 * @param secret the key of the service
 */
export function refusedTokens(secret: string, { tokens }: Member): Record<string, string> {
  const claims = claimsOf(tokens.access_token);
  const header = { alg: 'HS256', typ: 'at+jwt' };
  const [head = '', payload = '', signature = ''] = tokens.access_token.split('.');
  const named: Record<string, string> = {};
  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    '',
    'HS256\u0000',
    null,
    ['HS256'],
    { alg: 'HS256' },
  ]) {
    for (const end of ['', signature])
      named[`alg ${JSON.stringify(alg)} ${end ? 'signed' : 'unsigned'}`] =
        `${encode({ ...header, alg })}.${payload}.${end}`;
  }
  const rs256 = `${encode({ ...header, alg: 'RS256' })}.${payload}`;
  named['RS256 with a key of their own'] =
    `${rs256}.${createSign('RSA-SHA256').update(rs256).sign(privateKey, 'base64url')}`;
  named['HS256 with a public key as secret'] = sign(header, claims, PUBLIC_PEM);
  named['an embedded key'] = sign(
    { ...header, jwk: publicKey.export({ format: 'jwk' }) },
    claims,
    PUBLIC_PEM,
  );
  const kids = [
    '../../../dev/null',
    "' UNION SELECT 'x' --",
    'https://evil.example/jwks.json',
    'k'.repeat(10_240),
    '/dev/null\u0000',
  ];
  for (const kid of kids) {
    named[`kid ${kid.slice(0, 30)}`] = sign({ ...header, kid, jku: kid, x5u: kid }, claims, '');
  }
  const expiries: unknown[] = [
    undefined,
    null,
    String(claims.exp),
    -1,
    0,
    1.5,
    true,
    [claims.exp],
    {},
    'never',
  ];
  for (const exp of expiries) named[`exp ${JSON.stringify(exp)}`] = sign(header, { ...claims, exp }, secret);
  const subjects: unknown[] = [
    [claims.sub],
    { id: claims.sub },
    1,
    null,
    '',
    '__proto__',
    "' OR 1=1 --",
    '../me',
  ];
  for (const sub of subjects) named[`sub ${JSON.stringify(sub)}`] = sign(header, { ...claims, sub }, secret);
  named['__proto__ claims'] = sign(header, `{"__proto__":${JSON.stringify(claims)}}`, secret);
  named['constructor claims'] = sign(header, { constructor: { prototype: claims } }, secret);
  named['another session'] = sign(header, { ...claims, sid: randomUUID() }, secret);
  named['no object'] = sign(header, '"text"', secret);
  named['an array'] = sign(header, [claims], secret);
  named['no JSON'] = sign(header, '{', secret);
  named['a depth of 5,000'] = sign(header, '['.repeat(5000), secret);
  named['crit'] = sign({ ...header, crit: ['exp'] }, claims, secret);
  named['two segments'] = `${head}.${payload}`;
  named['four segments'] = `${tokens.access_token}.${signature}`;
  named['one segment'] = head;
  named['only dots'] = '..';
  named['padding'] = `${tokens.access_token}=`;
  named['a refresh token'] = tokens.refresh_token;
  return named;
}
