import fc from 'fast-check';

/** Text that breaks parsers, databases, comparisons and displays. */
export const HOSTILE_TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000@example.org',
    '\ud800',
    'a\udfff@example.org',
    '\ufeff',
    '\u0001',
    '\r\nX: y',
  ],
  ...[
    '\u202egro.elpmaxe@a',
    'аdmin@example.org',
    'admin@exаmple.org',
    'ADMIN@EXAMPLE.ORG',
    'a@example.org.',
    'K@x.org',
  ],
  ...[
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    '%',
    '_',
    '\\',
    '../../etc/passwd',
    '${7*7}',
    '{{7*7}}',
    '<script>',
  ],
  ...[
    '__proto__',
    'constructor',
    'constructor.prototype',
    'null',
    'undefined',
    'NaN',
    'true',
    '[]',
    '{}',
    '[object Object]',
  ],
  ...[
    '-1',
    '0',
    '1e309',
    '9007199254740993',
    '0x10',
    '１２',
    '2026-13-45T99:99:99Z',
    '+275760-09-13T00:00:00.001Z',
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'x'.repeat(300),
    'é'.repeat(129),
  ],
  ...['e\u0301'.repeat(64), '🙂'.repeat(65), '\u200b', `${'a'.repeat(64)}@${'b'.repeat(63)}.org`],
];

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    [],
    {},
    [[]],
    ['a@example.org'],
    { $gt: '' },
    { length: 8 },
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const type = fc.constantFrom(
  ...[
    'application/json',
    'application/json; charset=utf-16',
    'application/json; charset=',
    'application/JSON',
  ],
  ...[
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data',
    'application/xml',
    '',
    ';',
    '*/*',
  ],
);
const brokenJson = fc.constantFrom(
  ...[
    '',
    '{',
    '{"a":',
    '\ufeff{}',
    '{"email":"a","email":"b"}',
    '{"__proto__":{"role":"admin"}}',
    "{'a':1}",
    '[]',
    '1',
  ],
  ...[
    '"x"',
    'null',
    '{"constructor":{"prototype":{"isAdmin":true}}}',
    '{"a":1}{"b":2}',
    '\u0000',
    'a=1&a=2',
    '{"a":01}',
  ],
);

/** Bytes with a content type that may not be theirs. */
export const hostileContent = fc.record({
  type,
  text: fc.oneof(
    brokenJson,
    hostileText,
    hostileValue.map((value) => JSON.stringify(value)),
  ),
});
