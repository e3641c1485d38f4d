import { LogPosition } from '../log/log-position.js';
import { decodeCursor, encodeCursor } from './feed-cursor.js';

const position = new LogPosition('9223372036854775807', ['9223372036854775806', '17']);
const cursor = { history: '0123456789ab', coveredFromMs: 1_764_000_000_250, position };
const page = { upTo: new LogPosition('100', ['99']), after: { xid: 98n, id: 12n, part: 1 } };

/** A cursor whose text was changed, and its checksum not. */
const withText = (edit: (text: string) => string) =>
  Buffer.from(edit(Buffer.from(encodeCursor(cursor), 'base64url').toString())).toString('base64url');

describe('a cursor of the feed', () => {
  it('is read as it was written', () => {
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
    expect(decodeCursor(encodeCursor({ ...cursor, page }))).toEqual({ ...cursor, page });
    const text = encodeCursor({ ...cursor, page });
    expect(encodeCursor(decodeCursor(text)!)).toBe(text);
  });

  it('holds thousands of open transactions', () => {
    const open = Array.from({ length: 5000 }, (_, index) => String(2 ** 40 - index - 1));
    const large = { ...cursor, position: new LogPosition(String(2 ** 40), open) };
    expect(decodeCursor(encodeCursor(large))).toEqual(large);
  });

  it('is refused when it is longer than any that is given out', () => {
    const open = Array.from({ length: 30_000 }, (_, index) => String(2 ** 40 - index - 1));
    const large = { ...cursor, position: new LogPosition(String(2 ** 40), open) };
    expect(decodeCursor(encodeCursor(large))).toBeUndefined();
  });

  it.each([
    ['an empty text', ''],
    ['another alphabet', 'a+/='],
    ['a changed history', withText((text) => text.replace('0123456789ab', '0123456789ac'))],
    ['a changed position', withText((text) => text.replace(':', '1:'))],
    ['a cut text', encodeCursor(cursor).slice(0, -4)],
  ])('is refused with %s', (_what, text) => expect(decodeCursor(text)).toBeUndefined());

  it.each([
    ['an invalid history', { history: 'x' }],
    ['a position beyond all transactions', { position: new LogPosition(String(2n ** 64n), []) }],
    ['an open transaction that has not begun', { position: new LogPosition('5', ['5']) }],
    ['an event beyond all rows', { page: { ...page, after: { xid: 1n, id: 2n ** 63n, part: 0 } } }],
    ['a fourth event of a row', { page: { ...page, after: { xid: 1n, id: 1n, part: 3 } } }],
  ])('is refused with %s', (_what, change) =>
    expect(decodeCursor(encodeCursor({ ...cursor, ...change }))).toBeUndefined(),
  );
});
