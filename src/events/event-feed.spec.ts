import type { AppConfig } from '../config/app-config.js';
import type { LoggedInvalidation } from '../log/invalidation-log.js';
import type { Backlog, LogArchive, StoredStart } from './log-archive.js';
import { LogPosition } from '../log/log-position.js';
import { LogPages } from '../log/log-pages.js';
import { RecentLog } from './recent-log.js';
import { EventFeed } from './event-feed.js';

const at = (xid: number) => new LogPosition(String(xid), []);
const page = (xid: number, history: string, databaseMs: number) => ({
  history,
  databaseMs,
  position: at(xid),
  rows: [] as LoggedInvalidation[],
});

/** What a pool of connections would read, which may lead to another server than the follower's connection. */
class StoredLog {
  start: StoredStart = { history: 'new', start: undefined, earlierMs: 0 };
  backlog: Backlog | undefined;
  whileReading: () => void = () => undefined;

  async read(): Promise<Backlog | undefined> {
    this.whileReading();
    return this.backlog;
  }
}

describe('the events after a cursor', () => {
  let pages: LogPages;
  const begin = (read: ReturnType<typeof page>, beganAt: number) =>
    pages.next({ kind: 'begun', page: read, beganAt, wake: () => undefined });
  let stored: StoredLog;
  let feed: EventFeed;
  beforeEach(() => {
    pages = new LogPages();
    const recent = new RecentLog(pages);
    begin(page(100, 'new', 5000), 1);
    stored = new StoredLog();
    const archive = { read: () => stored.read(), start: async () => stored.start };
    const config = { tokens: { accessTtlSeconds: 1800 } };
    feed = new EventFeed(recent, archive as unknown as LogArchive, config as AppConfig);
  });

  const cursorOf = async (cursor?: Parameters<EventFeed['after']>[0]) => {
    const found = await feed.after(cursor, 'verifiers');
    return { ...found.cursorAfter(0), isRestarted: found.isRestarted };
  };

  it('begin anew when the stored log is of another history than the cursor', async () => {
    const reading = { history: 'old', position: at(90), beganAt: 2, databaseMs: 4000 };
    stored.backlog = { reading, rows: [], hasMore: false };
    const cursor = { history: 'new', position: at(50), coveredFromMs: 1 };
    await expect(cursorOf(cursor)).resolves.toMatchObject({ isRestarted: true, coveredFromMs: 5000 });
    stored.backlog = { ...stored.backlog, reading: { ...reading, history: 'new' } };
    pages.next({ kind: 'followed', page: page(100, 'new', 5500), beganAt: 3 });
    await expect(cursorOf(cursor)).resolves.toMatchObject({ isRestarted: false, coveredFromMs: 1 });
  });

  it.each([
    ['from memory', undefined],
    ['from a stored position', { history: 'new', position: at(100), coveredFromMs: 3000 }],
  ])('cover %s no time that an earlier history can have shown', async (_, start) => {
    stored.start = { history: 'new', start, earlierMs: 20_000.5 };
    await expect(cursorOf()).resolves.toMatchObject({ coveredFromMs: 20_001, isRestarted: true });
    stored.start = { history: 'newer', start: start && { ...start, history: 'newer' }, earlierMs: 0 };
    begin(page(100, 'newer', 6000), 30_001);
    await expect(cursorOf()).resolves.toMatchObject({ coveredFromMs: 35_000, isRestarted: true });
  });

  it('are not answered while the stored log is of another history than the one that is read', async () => {
    stored.start = { history: 'old', start: undefined, earlierMs: 0 };
    await expect(feed.after(undefined, 'verifiers')).rejects.toMatchObject({ problem: { status: 503 } });
  });

  it('are not answered from memory of another history than the stored log', async () => {
    const start = { history: 'new', position: at(50), coveredFromMs: 3000 };
    stored.start = { history: 'new', start, earlierMs: 0 };
    stored.whileReading = () => begin(page(10, 'newer', 6000), 30_001);
    await expect(feed.after(undefined, 'verifiers')).rejects.toMatchObject({ problem: { status: 503 } });
  });
});
