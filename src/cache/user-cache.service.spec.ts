import { setTimeout as after } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { RedisWaits } from '../common/redis-waits.js';
import { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Readiness } from '../redis/readiness.js';
import { Standing } from '../standing/standing.js';
import { MemoryCacheStore } from './memory-cache.store.js';
import { TrustedCache } from './trusted-cache.js';
import { type CachedUser, UserCacheService, type UserRead } from './user-cache.service.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const MINUTE_MS = 60_000;
const USER: CachedUser = {
  id: 'ada',
  email: 'ada@example.org',
  email_verified: true,
  full_name: 'Ada',
  role: 'student',
  is_active: true,
  locale: null,
  created_at: '2026-11-24T12:00:00.000Z',
  updated_at: '2026-11-24T12:00:00.000Z',
  sessions: ['a-session'],
};

describe('UserCacheService', () => {
  let standing: Standing;
  let store: MemoryCacheStore;
  let clock: DatabaseClock;
  let users: UserCacheService;

  const variables = { ACCESS_TOKEN_EXPIRE_MINUTES: '30', JWT_SECRET: 'x'.padEnd(40, 'yz') };
  const config: AppConfig = loadConfig(variables);

  beforeEach(() => {
    Logger.overrideLogger(false);
    standing = new Standing();
    standing.followForEver('this history');
    const readiness = new Readiness('Memory');
    readiness.change('trusted');
    store = new MemoryCacheStore();
    clock = new DatabaseClock();
    clock.set(NOW);
    users = new UserCacheService(new TrustedCache(store, readiness, standing), standing, clock, config);
  });

  const read: UserRead = { user: USER, history: 'this history', readAt: NOW, expiresAt: Infinity };
  const answer = (changes: Partial<UserRead> = {}): UserRead => ({ ...read, ...changes });
  const entry = () => store.get('user:ada');
  const cached = () => users.get('ada', standing.permit());
  const keep = async (changes?: Partial<UserRead>) => {
    await users.load('ada', async () => answer(changes));
    return cached();
  };
  const put = (value: unknown) => store.set('user:ada', value, MINUTE_MS);

  it('keeps what was read of the followed history', () => expect(keep()).resolves.toMatchObject(USER));

  it('keeps nothing that was read of another history', async () => {
    await keep({ history: 'another history' });
    await expect(entry()).resolves.toBeUndefined();
  });

  it('keeps nothing that was read before the log was lost', async () => {
    await users.load('ada', async () => {
      standing.setConflict('another history is followed');
      return answer();
    });
    await expect(entry()).resolves.toBeUndefined();
  });

  it('accepts no entry of another history, of another version, or without sessions', async () => {
    await keep();
    const kept = (await entry()) as Record<string, unknown>;
    await put(kept);
    await expect(cached()).resolves.toMatchObject(USER);
    const changes = [{ h: 'another history' }, { v: 1 }, { v: undefined }, { sessions: undefined }];
    for (const wrong of [...changes.map((change) => ({ ...kept, ...change })), 'text']) {
      await put(wrong);
      await expect(cached()).resolves.toBeUndefined();
    }
  });

  it('accepts no entry from before a part of the log that was skipped', async () => {
    await keep();
    standing.raiseFloor(NOW);
    await expect(cached()).resolves.toMatchObject(USER);
    standing.raiseFloor(NOW + 1);
    await expect(cached()).resolves.toBeUndefined();
  });

  it("accepts no entry that is older than this instance's limit, by PostgreSQL's time", async () => {
    await keep({ readAt: NOW - 30 * MINUTE_MS + 1000 });
    await expect(cached()).resolves.toMatchObject(USER);
    clock.set(NOW + 2000);
    await expect(cached()).resolves.toBeUndefined();
  });

  it('keeps an entry no longer than its first session lives', async () => {
    const fill = jest.spyOn(store, 'fill');
    await keep({ expiresAt: NOW + 5000 });
    expect(fill.mock.lastCall?.[3]).toBe(5000);
    await keep({ expiresAt: NOW + 40 * MINUTE_MS });
    expect(fill.mock.lastCall?.[3]).toBe(30 * MINUTE_MS);
    fill.mockClear();
    await keep({ expiresAt: NOW - 1 });
    expect(fill).not.toHaveBeenCalled();
  });

  it('waits for leave to fill only as long as the request may wait for Redis', async () => {
    const { deadlineMs } = config.cache;
    const late = after(10 * deadlineMs, 'a lease', { ref: false });
    const lease = jest.spyOn(store, 'lease').mockReturnValue(late);
    const waits = new RedisWaits();
    waits.add(deadlineMs - 1);
    const load = () => users.load('ada', async () => answer(), waits);
    const fill = jest.spyOn(store, 'fill');
    await expect(load()).resolves.toEqual(answer());
    waits.add(1);
    await load();
    expect(lease).toHaveBeenCalledTimes(1);
    expect(fill).not.toHaveBeenCalled();
  });
});
