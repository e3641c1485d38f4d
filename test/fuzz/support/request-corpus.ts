import { HOSTILE_TEXTS } from './hostile-values.js';

export interface CorpusRequest {
  name: string;
  path: string;
  type: string;
  body: string | Buffer;
}

const JSON_TYPE = 'application/json';
const ROUTES = [
  '/api/v1/auth/register',
  '/api/v1/auth/login/json',
  '/api/v1/auth/refresh',
  '/api/v1/users/me/change-password',
];
const MEMBERS: Readonly<Record<string, Record<string, string>>> = {
  '/api/v1/auth/register': { email: 'x@example.org', password: 'Test1234', full_name: 'X', role: 'student' },
  '/api/v1/auth/login/json': { email: 'x@example.org', password: 'Test1234' },
  '/api/v1/auth/refresh': { refresh_token: 'x' },
  '/api/v1/users/me/change-password': { current_password: 'x', new_password: 'Test1234' },
};
/** No member of a body may have these values. */
const WRONG_TYPES: unknown[] = [
  null,
  1,
  1.5,
  true,
  [],
  ['x'],
  {},
  { length: 9 },
  { toString: 'x' },
  [['x']],
  '',
];

const deep = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

/** Bodies that each route must refuse, and that must change nothing. */
export function refusedBodies(): CorpusRequest[] {
  return ROUTES.flatMap((path) => {
    const valid = MEMBERS[path]!;
    const text = JSON.stringify(valid);
    const names = Object.keys(valid);
    const json = (name: string, body: string | Buffer): CorpusRequest => ({
      name,
      path,
      type: JSON_TYPE,
      body,
    });
    const typed = (type: string, body: string | Buffer = text): CorpusRequest => ({
      name: `type ${type}`,
      path,
      type,
      body,
    });
    const required = names.filter((name) => name !== 'role');
    return [
      ...required.flatMap((name) =>
        WRONG_TYPES.map((value) =>
          json(`${name} ${JSON.stringify(value)}`, JSON.stringify({ ...valid, [name]: value })),
        ),
      ),
      ...required.map((name) =>
        json(`${name} of 1 MB`, JSON.stringify({ ...valid, [name]: 'x'.repeat(2 ** 20) })),
      ),
      ...required.map((name) =>
        json(`${name} with a lone surrogate`, JSON.stringify({ ...valid, [name]: 'abcdefgh\ud800' })),
      ),
      ...['__proto__', 'constructor', 'prototype', 'id', 'is_active', 'password_hash'].map((name) =>
        json(
          `the member ${name}`,
          text.replace('{', `{${JSON.stringify(name)}:{"prototype":{"role":"admin"}},`),
        ),
      ),
      ...[1000, 10_000].flatMap((depth) => [
        json(`arrays ${depth} deep`, deep(depth, '[', ']')),
        json(
          `objects ${depth} deep`,
          `${'{"a":'.repeat(Math.min(depth, 2500))}1${'}'.repeat(Math.min(depth, 2500))}`,
        ),
        json(`a member ${depth} deep`, text.replace('{', `{"x":${deep(Math.min(depth, 7000), '[', ']')},`)),
      ]),
      ...[
        '',
        '{',
        text.slice(0, -1),
        text.slice(0, 10),
        `${text}${text}`,
        `${text}\u0000`,
        'null',
        '[]',
        '"x"',
        '1',
        "{'a':1}",
      ].map((body) => json(`the bytes ${JSON.stringify(body.slice(0, 20))}`, body)),
      json('bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
      json('UTF-16', Buffer.from(text, 'utf16le')),
      ...[
        'text/plain',
        'application/xml',
        'multipart/form-data',
        'multipart/form-data; boundary=x',
        'application/jsonx',
        'a/b',
        '*/*',
      ].map((type) => typed(type)),
      typed('application/x-www-form-urlencoded'),
    ];
  });
}

/** Addresses that look like others or break parsers, as one would log in with. */
export function strangeLogins(): CorpusRequest[] {
  return HOSTILE_TEXTS.map((email) => ({
    name: `a login as ${JSON.stringify(email.slice(0, 40))}`,
    path: '/api/v1/auth/login/json',
    type: JSON_TYPE,
    body: JSON.stringify({ email, password: 'Test1234' }),
  }));
}
