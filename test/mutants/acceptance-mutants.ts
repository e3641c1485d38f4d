import { type Mutant, mutantsOf } from './mutant.js';

const TRUSTED_CACHE = 'src/cache/trusted-cache.ts';

/** What an instance may accept from the cache, and when a change is acknowledged. */
export const ACCEPTANCE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/standing/standing.ts', 'src/standing/standing.spec.ts')`
    entries are accepted after a sleep of the machine
      - performance.now() < monotonic && Date.now() < wall
      + performance.now() < monotonic
    entries are accepted for longer when the clock is set back
      - performance.now() < monotonic && Date.now() < wall
      + Date.now() < wall
    entries are accepted while the log is not followed
      - ?? 'database-only'
      + ?? 'read'
    entries are not accepted while PostgreSQL is out of reach
      - unreachable: 'read' }
      + unreachable: 'database-only' }
    NORIGHT: entries are accepted for ever after one read of the log
      - return this.isPermanent || (performance.now() < monotonic && Date.now() < wall);
      + return true;
  `,
  ...mutantsOf('src/cache/user-cache.service.ts', 'src/cache/user-cache.service.spec.ts')`
    NOHISTORY: entries of another history are accepted
      - if (user.h !== permit.history || user.t < permit.floorMs) return undefined;
      + if (user.t < permit.floorMs) return undefined;
    entries from before a skipped part of the log are accepted
      - if (user.h !== permit.history || user.t < permit.floorMs) return undefined;
      + if (user.h !== permit.history) return undefined;
    an entry is accepted however old it is
      - return user.t > this.clock.now() - this.ttlMs ? user : undefined;
      + return user;
    an entry is written from a read of another history
      -  || history !== this.standing.history) return;
      + ) return;
    an entry of another version is accepted
      - if (user?.v !== ENTRY_VERSION || !Array.isArray(user.sessions)) return undefined;
      + if (!Array.isArray(user?.sessions)) return undefined;
  `,
  ...mutantsOf(TRUSTED_CACHE, 'test/integration/acceptance.spec.ts')`
    an answer of the cache is accepted however late it is used
      - this.isReadable(permit) ? value : undefined
      + value
    LATECHECK: the cache is asked before the log was read
      -     if (!this.isReadable(permit)) return undefined;
      -     const value = await this.store.get(key, permit).catch(ignoreOutage);
      -     return this.isReadable(permit)
      +     const value = await this.store.get(key, permit).catch(ignoreOutage);
      +     return this.isReadable(this.standing.permit())
  `,
  ...mutantsOf('src/log/invalidation-follower.ts', 'test/integration/backup.spec.ts')`
    entries are accepted although a backup has replaced the tables | pg_dump
      - if (page.history !== this.standing.history)
      + if (page.history === '')
  `,
  ...mutantsOf(TRUSTED_CACHE, 'src/cache/user-cache.service.spec.ts')`
    FILLALWAYS: an entry is written by an instance that does not follow the log
      - if (ttlMs > 0 && this.isWritable) this.leave(this.store.fill(
      + if (ttlMs > 0) this.leave(this.store.fill(
  `,
  ...mutantsOf('src/log/eviction.service.ts', 'test/integration/acknowledgement.spec.ts')`
    NOWAIT: a change is acknowledged although its entry stayed | when no instance accepts the entry
      - performance.now() - beganAt < ACCEPTANCE_ENDED_MS
      + false
  `,
  ...mutantsOf('src/database/database-clock.ts', 'src/database/database-clock.spec.ts')`
    ages are compared on this machine's clock
      - this.anchor.databaseMs + performance.now() - this.anchor.monotonicMs
      + Date.now()
  `,
  ...mutantsOf('src/common/acceptance.ts', 'test/integration/acknowledgement.spec.ts')`
    a change whose entry stayed is acknowledged after 50 ms
      - ACCEPTANCE_MS + 100
      + 50
  `,
];
