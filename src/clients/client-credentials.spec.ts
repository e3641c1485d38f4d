import type { FastifyRequest } from 'fastify';
import { OAuthError } from '../http/oauth-error.js';
import { clientCredentialsOf } from './client-credentials.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const basicOf = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

function read(headers: object, body?: object): unknown {
  try {
    return clientCredentialsOf({ headers, body } as FastifyRequest);
  } catch (error) {
    return (error as OAuthError).code;
  }
}

describe('the credentials of an OAuth client', () => {
  it.each([
    ['plain', 'a-b:s_e.c', { id: 'a-b', secret: 's_e.c' }],
    ['form-urlencoded', 'a%2Db:s%5Fe%2Ec%20+', { id: 'a-b', secret: 's_e.c  ' }],
    ['with a plus for a space', 'a:s+e', { id: 'a', secret: 's e' }],
    ['with an encoded letter', 'a:s%5Fe', { id: 'a', secret: 's_e' }],
    ['with colons in the secret', 'a:b:c', { id: 'a', secret: 'b:c' }],
    ['with an encoded colon in the id', 'a%3Ab:c', { id: 'a:b', secret: 'c' }],
    ['beyond ASCII', 'ä:%C3%B6', { id: 'ä', secret: 'ö' }],
  ])('are read from HTTP Basic: %s', (_, text, expected) => expect(read(basicOf(text))).toEqual(expected));

  it('are read from HTTP Basic whatever the case of the scheme', () => {
    const authorization = basicOf('a:b').authorization.replace('Basic', 'bAsIc');
    expect(read({ authorization })).toEqual({ id: 'a', secret: 'b' });
  });

  it.each([
    ['no colon', basicOf('a')],
    ['text that cannot be decoded', basicOf('a:%zz')],
    ['characters that are not Base64', { authorization: 'Basic a:b' }],
    ['no credentials', { authorization: 'Basic' }],
    ['another scheme', { authorization: 'Bearer YTpi' }],
    ['no Authorization field', {}],
  ])('are not found in a header with %s', (_, headers) => expect(read(headers)).toBe('invalid_client'));

  it('are read from a form and from no other body', () => {
    const body = { client_id: 'a', client_secret: 'b', token: 't' };
    expect(read(FORM, body)).toEqual({ id: 'a', secret: 'b' });
    expect(read({ 'content-type': 'application/json' }, body)).toBe('invalid_client');
    expect(read(FORM, { client_id: 'a' })).toBe('invalid_client');
  });

  it('are refused when a request has them twice', () => {
    const header = { ...FORM, ...basicOf('a:b') };
    expect(read(header, { client_id: 'a', client_secret: 'b' })).toBe('invalid_request');
    expect(read(header, { client_id: 'other' })).toBe('invalid_request');
    expect(read(FORM, { client_id: ['a', 'a'], client_secret: 'b' })).toBe('invalid_request');
    expect(read(header, { client_id: 'a' })).toEqual({ id: 'a', secret: 'b' });
  });
});
