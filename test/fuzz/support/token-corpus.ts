import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { claimsOf, type Member } from '../../e2e/support/accounts.js';
import type { ServiceKey } from './service-key.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PUBLIC_PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function signBySecret(header: unknown, payload: unknown, secret: string): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/**
 * Access tokens that must be refused, by name: without the key, and with the key that the service signs with.
 * @param key the key of the service
 */
export function refusedTokens(key: ServiceKey, { tokens }: Member): Record<string, string> {
  const claims = claimsOf(tokens.access_token);
  const { header } = key;
  const sign = (given: unknown, content: unknown): string => {
    const signed = `${encode(given)}.${encode(content)}`;
    return `${signed}.${key.sign(signed)}`;
  };
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
  const hs256 = { ...header, alg: 'HS256' };
  const rs256 = `${encode({ ...header, alg: 'RS256' })}.${payload}`;
  named['RS256 with a key of their own'] =
    `${rs256}.${createSign('RSA-SHA256').update(rs256).sign(privateKey, 'base64url')}`;
  named['HS256 with a public key as secret'] = signBySecret(hs256, claims, PUBLIC_PEM);
  for (const [form, secret] of Object.entries(key.publicForms))
    named[`HS256 with the service's public key as ${form}`] = signBySecret(hs256, claims, secret);
  named['HS256 with an empty secret'] = signBySecret(hs256, claims, '');
  const jwk = publicKey.export({ format: 'jwk' });
  named['an embedded key'] = signBySecret({ ...hs256, jwk }, claims, PUBLIC_PEM);
  const embedded = `${encode({ ...header, alg: 'RS256', jwk })}.${payload}`;
  named['an embedded key that signed'] =
    `${embedded}.${createSign('RSA-SHA256').update(embedded).sign(privateKey, 'base64url')}`;
  const kids = [
    '../../../dev/null',
    "' UNION SELECT 'x' --",
    'https://evil.example/jwks.json',
    'k'.repeat(10_240),
    '/dev/null\u0000',
  ];
  for (const kid of kids) {
    named[`kid ${kid.slice(0, 30)}`] = signBySecret({ ...hs256, kid, jku: kid, x5u: kid }, claims, '');
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
  for (const exp of expiries) named[`exp ${JSON.stringify(exp)}`] = sign(header, { ...claims, exp });
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
  for (const sub of subjects) named[`sub ${JSON.stringify(sub)}`] = sign(header, { ...claims, sub });
  named['__proto__ claims'] = sign(header, `{"__proto__":${JSON.stringify(claims)}}`);
  named['constructor claims'] = sign(header, { constructor: { prototype: claims } });
  named['another session'] = sign(header, { ...claims, sid: randomUUID() });
  named['no object'] = sign(header, '"text"');
  named['an array'] = sign(header, [claims]);
  named['no JSON'] = sign(header, '{');
  named['a depth of 5,000'] = sign(header, '['.repeat(5000));
  named['crit'] = sign({ ...header, crit: ['exp'] }, claims);
  named['two segments'] = `${head}.${payload}`;
  named['four segments'] = `${tokens.access_token}.${signature}`;
  named['one segment'] = head;
  named['only dots'] = '..';
  named['padding'] = `${tokens.access_token}=`;
  named['a refresh token'] = tokens.refresh_token;
  return named;
}
