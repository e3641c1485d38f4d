import type { LoggedInvalidation } from '../log/invalidation-log.js';
import { LogPosition } from '../log/log-position.js';
import { LogPages } from '../log/log-pages.js';
import { RecentLog } from './recent-log.js';

const at = (text: string) => LogPosition.parse(text);
const row = (id: number, xid: number): LoggedInvalidation => ({
  id: String(id),
  xid: String(xid),
  at: 1,
  kind: 'user.updated',
  user_id: 'u',
  session_id: null,
  reason: null,
});
const page = (snapshot: string, rows: LoggedInvalidation[] | undefined, databaseMs = 1000) => ({
  history: '0123456789ab',
  position: at(snapshot),
  databaseMs,
  rows,
});
const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => row(from + index, from + index));

describe('RecentLog', () => {
  let log: RecentLog;
  let pages: LogPages;
  type ReadPage = ReturnType<typeof page>;
  const begin = (read: ReadPage, beganAt: number) =>
    pages.next({ kind: 'begun', page: read, beganAt, wake: () => undefined });
  const add = (read: ReadPage, beganAt: number) => pages.next({ kind: 'followed', page: read, beganAt });
  const end = () => pages.next({ kind: 'ended' });
  const START = { xid: 0n, id: 0n };
  const idsAfter = (snapshot: string, from = START, limit = Infinity) =>
    log.after(at(snapshot), from, limit)?.map(({ id }) => Number(id));

  beforeEach(() => {
    pages = new LogPages();
    log = new RecentLog(pages);
    begin(page('10:10:', []), 1);
  });

  it('answers rows that a position does not show, in the order of their transactions', () => {
    add(page('11:13:11', [row(2, 10), row(4, 12)]), 2);
    add(page('14:14:', [row(1, 11), row(3, 13)]), 3);
    expect(idsAfter('10:10:')).toEqual([2, 1, 4, 3]);
    expect(idsAfter('11:13:11')).toEqual([1, 3]);
    expect(idsAfter('11:14:11,13')).toEqual([1, 3]);
    expect(idsAfter('14:14:')).toEqual([]);
  });

  it('answers rows from a key on, and no more than are asked for', () => {
    add(page('11:13:11', [row(2, 10), row(4, 12)]), 2);
    add(page('14:14:', [row(1, 11), row(3, 13)]), 3);
    expect(idsAfter('10:10:', START, 3)).toEqual([2, 1, 4]);
    expect(idsAfter('10:10:', { xid: 11n, id: 1n }, 2)).toEqual([1, 4]);
    expect(idsAfter('10:10:', { xid: 11n, id: 2n })).toEqual([4, 3]);
    expect(idsAfter('11:13:11', { xid: 12n, id: 0n })).toEqual([3]);
  });

  it('cannot answer a position from before its memory', () => {
    expect(idsAfter('9:9:')).toBeUndefined();
    expect(idsAfter('8:10:8')).toBeUndefined();
  });

  it('forgets the oldest rows, and says where its memory begins', () => {
    add(page('8010:8010:', many(10, 8000), 2000), 2);
    add(page('16010:16010:', many(8010, 8000), 3000), 3);
    expect(idsAfter('10:10:')).toBeUndefined();
    expect(log.start).toMatchObject({ coveredFromMs: 2000, position: at('8010:8010:') });
    expect(idsAfter('16009:16009:')).toEqual([16_009]);
  });

  it('begins anew where rows were skipped', () => {
    add(page('20:20:', undefined, 2000), 2);
    expect(idsAfter('10:10:')).toBeUndefined();
    expect(log.start).toMatchObject({ coveredFromMs: 2000 });
    expect(idsAfter('20:20:')).toEqual([]);
  });

  it('knows what the clock of an earlier history showed at most, and of the same history nothing', () => {
    add(page('10:10:', [], 5000), 100);
    end();
    begin(page('10:10:', [], 5300), 400);
    expect(log.earlierMs).toBe(0);
    end();
    const other = { ...page('3:3:', [], 1000), history: 'another' };
    begin(other, 2400);
    expect(log.earlierMs).toBe(7300);
    begin({ ...other, history: 'a third' }, 2500);
    expect(log.earlierMs).toBe(7300);
  });

  it('has no reading once the log is not read any more', () => {
    end();
    expect([log.reading, log.start]).toEqual([undefined, undefined]);
  });
});
