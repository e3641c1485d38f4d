import type { Mutant } from './mutant.js';

const FOLLOWING = 'src/standing/standing.ts';
const TRUSTED_CACHE = 'src/cache/trusted-cache.ts';
const USERS = 'src/cache/user-cache.service.ts';
const EVICTIONS = 'src/log/eviction.service.ts';

/** What an instance may accept from the cache, and when a change is acknowledged. */
export const ACCEPTANCE_MUTANTS: readonly Mutant[] = [
  {
    name: 'entries are accepted after a sleep of the machine',
    file: FOLLOWING,
    text: 'performance.now() < monotonic && Date.now() < wall',
    replacement: 'performance.now() < monotonic',
    specs: ['src/standing/standing.spec.ts'],
  },
  {
    name: 'entries are accepted for longer when the clock is set back',
    file: FOLLOWING,
    text: 'performance.now() < monotonic && Date.now() < wall',
    replacement: 'Date.now() < wall',
    specs: ['src/standing/standing.spec.ts'],
  },
  {
    name: 'entries are accepted while the log is not followed',
    file: FOLLOWING,
    text: "?? 'database-only'",
    replacement: "?? 'read'",
    specs: ['src/standing/standing.spec.ts'],
  },
  {
    name: 'entries are not accepted while PostgreSQL is out of reach',
    file: FOLLOWING,
    text: "unreachable: 'read' }",
    replacement: "unreachable: 'database-only' }",
    specs: ['src/standing/standing.spec.ts'],
  },
  {
    name: 'NOHISTORY: entries of another history are accepted',
    file: USERS,
    text: 'if (user.h !== permit.history || user.t < permit.floorMs) return undefined;',
    replacement: 'if (user.t < permit.floorMs) return undefined;',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'entries from before a skipped part of the log are accepted',
    file: USERS,
    text: 'if (user.h !== permit.history || user.t < permit.floorMs) return undefined;',
    replacement: 'if (user.h !== permit.history) return undefined;',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'an answer of the cache is accepted however late it is used',
    file: TRUSTED_CACHE,
    text: 'this.isReadable(permit) ? value : undefined',
    replacement: 'value',
    specs: ['test/integration/acceptance.spec.ts'],
  },
  {
    name: 'entries are accepted although a backup has replaced the tables',
    file: 'src/log/invalidation-follower.ts',
    text: 'if (page.history !== this.standing.history)',
    replacement: "if (page.history === '')",
    specs: ['test/integration/backup.spec.ts'],
    test: 'pg_dump',
  },
  {
    name: 'an entry is accepted however old it is',
    file: USERS,
    text: 'return user.t > this.clock.now() - this.ttlMs ? user : undefined;',
    replacement: 'return user;',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'FILLALWAYS: an entry is written by an instance that does not follow the log',
    file: TRUSTED_CACHE,
    text: 'if (ttlMs > 0 && this.isWritable) this.leave(this.store.fill(',
    replacement: 'if (ttlMs > 0) this.leave(this.store.fill(',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'NOWAIT: a change is acknowledged although its entry stayed',
    file: EVICTIONS,
    text: 'performance.now() - beganAt < ACCEPTANCE_ENDED_MS',
    replacement: 'false',
    specs: ['test/integration/acknowledgement.spec.ts'],
    test: 'when no instance accepts the entry',
  },
  {
    name: "ages are compared on this machine's clock",
    file: 'src/database/database-clock.ts',
    text: 'this.anchor.databaseMs + performance.now() - this.anchor.monotonicMs',
    replacement: 'Date.now()',
    specs: ['src/database/database-clock.spec.ts'],
  },
  {
    name: 'an entry is written from a read of another history',
    file: USERS,
    text: ' || history !== this.standing.history) return;',
    replacement: ') return;',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'NORIGHT: entries are accepted for ever after one read of the log',
    file: FOLLOWING,
    text: 'return this.isPermanent || (performance.now() < monotonic && Date.now() < wall);',
    replacement: 'return true;',
    specs: ['src/standing/standing.spec.ts'],
  },
  {
    name: 'LATECHECK: the cache is asked before the log was read',
    file: TRUSTED_CACHE,
    text: `    if (!this.isReadable(permit)) return undefined;
    const value = await this.store.get(key, permit).catch(ignoreOutage);
    return this.isReadable(permit)`,
    replacement: `    const value = await this.store.get(key, permit).catch(ignoreOutage);
    return this.isReadable(this.standing.permit())`,
    specs: ['test/integration/acceptance.spec.ts'],
  },
  {
    name: 'an entry of another version is accepted',
    file: USERS,
    text: 'if (user?.v !== ENTRY_VERSION || !Array.isArray(user.sessions)) return undefined;',
    replacement: 'if (!Array.isArray(user?.sessions)) return undefined;',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'a change whose entry stayed is acknowledged after 50 ms',
    file: 'src/common/acceptance.ts',
    text: 'ACCEPTANCE_MS + 100',
    replacement: '50',
    specs: ['test/integration/acknowledgement.spec.ts'],
  },
];
