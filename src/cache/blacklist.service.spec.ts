import { Logger } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { BlacklistService } from './blacklist.service.js';
import { Readiness } from '../redis/readiness.js';
import { Standing } from '../standing/standing.js';
import { MemoryCacheStore } from './memory-cache.store.js';
import { TrustedCache } from './trusted-cache.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const IN_A_MINUTE = NOW / 1000 + 60;

describe('BlacklistService', () => {
  let standing: Standing;
  let store: MemoryCacheStore;
  let blacklist: BlacklistService;
  beforeEach(() => {
    Logger.overrideLogger(false);
    standing = new Standing();
    standing.followForEver('this history');
    const readiness = new Readiness('Memory');
    readiness.change('trusted');
    store = new MemoryCacheStore();
    const clock = new DatabaseClock();
    clock.set(NOW);
    blacklist = new BlacklistService(new TrustedCache(store, readiness, standing), clock);
  });

  const isRevoked = () => blacklist.isRevoked('a-token', standing.permit());

  it('refuses a token whose session had ended in the followed history', async () => {
    await expect(isRevoked()).resolves.toBe(false);
    blacklist.add('a-token', IN_A_MINUTE, 'this history');
    await expect(isRevoked()).resolves.toBe(true);
  });

  it('refuses no token whose session had ended in another history', async () => {
    blacklist.add('a-token', IN_A_MINUTE, 'this history');
    standing.followForEver('the next history');
    await expect(isRevoked()).resolves.toBe(false);
  });

  it('keeps a token that is added late with the history in which its session had ended', async () => {
    standing.followForEver('the next history');
    blacklist.add('a-token', IN_A_MINUTE, 'this history');
    await expect(isRevoked()).resolves.toBe(false);
    standing.followForEver('this history');
    await expect(isRevoked()).resolves.toBe(true);
  });

  it('counts no entry that names no history, as older versions write it', async () => {
    await store.set('blacklist:a-token', 1, 60_000);
    await expect(isRevoked()).resolves.toBe(false);
    blacklist.add('a-token', IN_A_MINUTE, undefined);
    await expect(store.get('blacklist:a-token')).resolves.toBe(1);
  });

  it('adds no token that has expired', async () => {
    blacklist.add('a-token', NOW / 1000, 'this history');
    await expect(store.get('blacklist:a-token')).resolves.toBeUndefined();
  });
});
