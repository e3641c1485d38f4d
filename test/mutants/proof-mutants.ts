import { type Mutant, mutantsOf } from './mutant.js';

const STORES_SPEC = 'test/integration/instance-stores.spec.ts';
const REACH_SPEC = 'test/integration/database-reach.spec.ts';

/** What must be proven before an instance relies on it. */
export const PROOF_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/database/migrations/1764000000015-mark-history.ts', 'test/integration/history.spec.ts')`
    SAMEHISTORY: a recovery leaves the mark of the history
      - CREATE UNLOGGED TABLE history_mark
      + CREATE TABLE history_mark
  `,
  ...mutantsOf('src/log/invalidation-follower.ts', REACH_SPEC)`
    FALSEEVIDENCE: whatever ends the connection of the follower counts as PostgreSQL being down
      | at the direct URL
      - this.standing.suspend(message);
      -     this.reach
      + this.standing.lose(message);
      +     this.reach
    STALECONTACT: cached sessions are served by an instance that had not read the log in time | after a sleep
      - this.lastRead.elapsedMs < ACCEPTANCE_MS
      + this.lastRead.elapsedMs < Infinity
  `,
  ...mutantsOf('src/log/database-reach.ts', REACH_SPEC)`
    KEEPEVIDENCE: cached sessions are served again although PostgreSQL has answered since the log was read
      | until one does again
      -     if (this.doubt !== undefined) this.doubt.mayServe = false;
      -
      +
    PostgreSQL counts as out of reach as soon as one way fails | only new connections
      - Promise.any(ways)
      + Promise.all(ways)
  `,
  ...mutantsOf('src/log/database-reach.ts', 'test/integration/postgres-stop.spec.ts')`
    the end of a connection counts as an answer of PostgreSQL
      - if (!isEndedConnection(error) || trying.elapsedMs > this.halfMs) throw error;
      + throw error;
  `,
  ...mutantsOf('src/log/instance-stores.ts', STORES_SPEC)`
    STOREEARLY: a change does not ask after its commit which stores there are | make each change wait
      - if (this.database.isEmbedded) return true;
      + if (this.database.isEmbedded || !this.hasRival) return true;
    NOROW: an instance that the others took for ended goes on | took one for ended
      - if (!this.hasLeft && !(await this.write(BEAT, run)))
      + if (!(await this.write(BEAT, run)) && this.hasLeft)
  `,
  ...mutantsOf('src/log/invalidation-follower.ts', STORES_SPEC)`
    ANNOUNCELATE: an instance names its store after the replay | before the log is replayed
      -     await this.stores.announce(runOn(connection));
      -     await this.replay.replayFor(page.history);
      -
      +     await this.replay.replayFor(page.history);
      +     await this.stores.announce(runOn(connection));
      +
  `,
  ...mutantsOf('src/standing/standing.ts', STORES_SPEC)`
    an instance trusts its store beside another one | Redis and memory
      - if (this.rival !== undefined) return 'database-only';
      +
  `,
  ...mutantsOf('src/cache/redis-cache.store.ts', 'test/integration/paused-machine.spec.ts')`
    an instance goes by its own clocks alone
      - permit !== undefined || !isLimited ? values : []
      + permit !== null ? values : []
  `,
  ...mutantsOf('src/log/history-claim.ts', 'test/integration/promoted-copy.spec.ts')`
    a later timeline wins against instances that renew their claim | harms nobody else
      - if (mayEnd && ageMs >= UNRENEWED_MS) return other;
      + if (mayEnd) return other;
    a copy is followed at once where Redis does not answer | lost Redis for a moment
      - if (performance.now() - beganAt >= patienceMs) return;
      + return;
  `,
];
