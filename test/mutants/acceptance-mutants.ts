import type { Mutant } from './mutant.js';

const FOLLOWING = 'src/cache/following.ts';
const TRUSTED_CACHE = 'src/cache/trusted-cache.ts';
const USERS = 'src/cache/user-cache.service.ts';
const INVALIDATION = 'src/invalidation/cache-invalidation.service.ts';

/** What an instance may accept from the cache, and when a change is acknowledged. */
export const ACCEPTANCE_MUTANTS: readonly Mutant[] = [
  {
    name: 'entries are accepted after a sleep of the machine',
    file: FOLLOWING,
    text: 'performance.now() < monotonic && Date.now() < wall',
    replacement: 'performance.now() < monotonic',
    specs: ['src/cache/following.spec.ts'],
  },
  {
    name: 'entries are accepted for longer when the clock is set back',
    file: FOLLOWING,
    text: 'performance.now() < monotonic && Date.now() < wall',
    replacement: 'Date.now() < wall',
    specs: ['src/cache/following.spec.ts'],
  },
  {
    name: 'entries are accepted while the log is not followed',
    file: FOLLOWING,
    text: "return this.state === 'unreachable' || this.mayWrite;",
    replacement: "return this.state !== 'refused';",
    specs: ['src/cache/following.spec.ts'],
  },
  {
    name: 'entries are not accepted while PostgreSQL is out of reach',
    file: FOLLOWING,
    text: "return this.state === 'unreachable' || this.mayWrite;",
    replacement: 'return this.mayWrite;',
    specs: ['src/cache/following.spec.ts'],
  },
  {
    name: 'NOHISTORY: entries of another history are accepted',
    file: FOLLOWING,
    text: 'return history === this.history && readAt >= this.floorMs;',
    replacement: 'return readAt >= this.floorMs;',
    specs: ['src/cache/following.spec.ts'],
  },
  {
    name: 'entries from before a skipped part of the log are accepted',
    file: FOLLOWING,
    text: 'return history === this.history && readAt >= this.floorMs;',
    replacement: 'return history === this.history;',
    specs: ['src/cache/following.spec.ts'],
  },
  {
    name: 'an answer of the cache is accepted however late it is used',
    file: TRUSTED_CACHE,
    text: 'return this.trust.isTrusted ? value : undefined;',
    replacement: 'return value;',
    specs: ['test/integration/acceptance.spec.ts'],
  },
  {
    name: 'entries are accepted although a backup has replaced the tables',
    file: 'src/invalidation/invalidation-follower.ts',
    text: 'if (page.history !== this.following.history)',
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
    text: 'if (ttlMs > 0 && this.trust.isWritable) this.leave(this.store.fill(',
    replacement: 'if (ttlMs > 0) this.leave(this.store.fill(',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'NOWAIT: a change is acknowledged although its entry stayed',
    file: INVALIDATION,
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
    text: ' || history !== this.following.history) return;',
    replacement: ') return;',
    specs: ['src/cache/user-cache.service.spec.ts'],
  },
  {
    name: 'NORIGHT: entries are accepted for ever after one read of the log',
    file: FOLLOWING,
    text: 'return this.isPermanent || (performance.now() < monotonic && Date.now() < wall);',
    replacement: 'return true;',
    specs: ['src/cache/following.spec.ts'],
  },
  {
    name: 'LATECHECK: the cache is asked before the log was read',
    file: TRUSTED_CACHE,
    text: 'this.trust.isTrusted ? await this.store.get(key).catch(ignoreOutage) : undefined',
    replacement: 'await this.store.get(key).catch(ignoreOutage)',
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
    file: FOLLOWING,
    text: 'ACCEPTANCE_MS + 100',
    replacement: '50',
    specs: ['test/integration/acknowledgement.spec.ts'],
  },
];
