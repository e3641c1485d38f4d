import { MAX_RECORD_BYTES } from './bounded-bytes.js';
import { readCsv } from './csv.reader.js';
import { readLines } from './lines.reader.js';
import type { SourceRecord } from './source-record.js';
import { readUsersArray } from './users-array.reader.js';

type Reader = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<SourceRecord>;

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The line of each record, with what it is or why it is refused. */
async function read(reader: Reader, text: string | Buffer, size = 65_536): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const record of reader(cut(Buffer.from(text), size)))
    records.push([record.line, 'refused' in record ? record.refused.code : record.value]);
  return records;
}

const REALM = `{"realm":"a \\"users\\": [1]","x":{"users":[{"no":1}]},
"list":[{"users":[{"no":2}]}], "users" : [ {"a":"}],{"},
  {"b":[{"c":{}}]} , {"d":"\u00e9\\u00e9\\\\"},
  7, {"e":}
],"after":[{"users":3}]}`;

const FROM_REALM = [
  [2, { a: '}],{' }],
  [3, { b: [{ c: {} }] }],
  [3, { d: '\u00e9\u00e9\\' }],
  [4, 'invalid_json'],
  [4, 'invalid_json'],
];

const CUT = [
  [1, { a: 1 }],
  [1, 'truncated'],
];

describe('readLines', () => {
  const text = '{"a":1}\r\n\n{"b":"\u00e9"}\nno\n[1]\nnull\n{"c":2}';
  const expected = [
    [1, { a: 1 }],
    [3, { b: '\u00e9' }],
    [4, 'invalid_json'],
    [5, 'invalid_json'],
    [6, 'invalid_json'],
    [7, { c: 2 }],
  ];

  it.each([1, 2, 3, 7, 1000])('reads one record a line, in pieces of %s bytes', (size) =>
    expect(read(readLines, text, size)).resolves.toEqual(expected),
  );

  it('refuses bytes that are not UTF-8, and goes on', async () => {
    const bytes = Buffer.from('{"a":"\xc3\x28"}\n{"b":1}', 'latin1');
    await expect(read(readLines, bytes)).resolves.toEqual([
      [1, 'invalid_utf8'],
      [2, { b: 1 }],
    ]);
  });

  it('refuses a line that is too long, and goes on', async () => {
    const long = `{"a":"${'x'.repeat(MAX_RECORD_BYTES)}"}`;
    await expect(read(readLines, `${long}\n{"b":1}\n${long}`)).resolves.toEqual([
      [1, 'too_long'],
      [2, { b: 1 }],
      [3, 'too_long'],
    ]);
  });

  it('reads deep JSON without an end of the stack', async () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const [[line] = []] = (await read(readLines, `${deep}\n`)) as [number, unknown][];
    expect(line).toBe(1);
  });
});

describe('readUsersArray', () => {
  it.each([1, 2, 3, 7, 1000])('reads the users of a document, in pieces of %s bytes', (size) =>
    expect(read(readUsersArray, REALM, size)).resolves.toEqual(FROM_REALM),
  );

  it('reads the users of each document of an array', async () => {
    const two = `[${REALM},{"users":[]},{"users":[{"z":1}]}]`;
    await expect(read(readUsersArray, two)).resolves.toEqual([...FROM_REALM, [5, { z: 1 }]]);
  });

  it('refuses an element that is too long, and goes on', async () => {
    const text = `{"users":[{"a":"${'x'.repeat(MAX_RECORD_BYTES)}"},{"b":1}]}`;
    await expect(read(readUsersArray, text)).resolves.toEqual([
      [1, 'too_long'],
      [1, { b: 1 }],
    ]);
  });

  it.each([
    ['{"users":[{"a":1},{"b":', CUT],
    ['{"users":[{"a":1}]', CUT],
    ['{"users":["', [[1, 'truncated']]],
    ['{"people":[]}', [[1, 'invalid_json']]],
    ['{"users":{"a":[1]}}', [[1, 'invalid_json']]],
    ['id,email\n', [[2, 'invalid_json']]],
    ['', [[1, 'invalid_json']]],
  ])('says what is wrong with the document %j', (text, expected) =>
    expect(read(readUsersArray, text)).resolves.toEqual(expected),
  );
});

describe('readCsv', () => {
  it.each([3, 7, 1000])(
    'reads the fields by the names of the first line, in pieces of %s bytes',
    async (size) => {
      const text = 'id,email,full_name\r\n1,a@b,"Ada, ""the"" first\nprogrammer"\r\n2,c@d,\u00e9\r\n3,,\r\n';
      await expect(read(readCsv, text, size)).resolves.toEqual([
        [2, { id: '1', email: 'a@b', full_name: 'Ada, "the" first\nprogrammer' }],
        [4, { id: '2', email: 'c@d', full_name: '\u00e9' }],
        [5, { id: '3' }],
      ]);
    },
  );

  it('refuses records of another length and bytes that are not UTF-8, and goes on', async () => {
    const bytes = Buffer.from('a,b\n1\n1,2,3\n1,\xff\n3,4\n', 'latin1');
    await expect(read(readCsv, bytes)).resolves.toEqual([
      [2, 'invalid_csv'],
      [3, 'invalid_csv'],
      [4, 'invalid_utf8'],
      [5, { a: '3', b: '4' }],
    ]);
  });

  it.each([
    ['a,b\n1,2\n3,"4\n5,6\n', 'invalid_csv'],
    ['a,b\n1,2\n3,"4"5\n5,6\n', 'invalid_csv'],
    [`a,b\n1,2\n3,"${'x'.repeat(2 * MAX_RECORD_BYTES)}`, 'too_long'],
  ])('says where it cannot go on', (text, code) =>
    expect(read(readCsv, text)).resolves.toEqual([
      [2, { a: '1', b: '2' }],
      [3, code],
    ]),
  );
});
