import type { Mutant } from './mutant.js';

const STORES = 'src/log/instance-stores.ts';
const STORES_SPEC = ['test/integration/instance-stores.spec.ts'] as const;
const REACH_SPEC = ['test/integration/database-reach.spec.ts'] as const;

/** What must be proven before an instance relies on it. */
export const PROOF_MUTANTS: readonly Mutant[] = [
  {
    name: 'SAMEHISTORY: a recovery leaves the mark of the history',
    file: 'src/database/migrations/1764000000015-mark-history.ts',
    text: 'CREATE UNLOGGED TABLE history_mark',
    replacement: 'CREATE TABLE history_mark',
    specs: ['test/integration/history.spec.ts'],
  },
  {
    name: 'FALSEEVIDENCE: whatever ends the connection of the follower counts as PostgreSQL being down',
    file: 'src/log/invalidation-follower.ts',
    text: 'this.standing.suspend(message);\n    this.reach',
    replacement: 'this.standing.lose(message);\n    this.reach',
    specs: REACH_SPEC,
    test: 'at the direct URL',
  },
  {
    name: 'STALECONTACT: cached sessions are served by an instance that had not read the log in time',
    file: 'src/log/invalidation-follower.ts',
    text: 'this.lastRead.elapsedMs < ACCEPTANCE_MS',
    replacement: 'this.lastRead.elapsedMs < Infinity',
    specs: REACH_SPEC,
    test: 'after a sleep',
  },
  {
    name: 'KEEPEVIDENCE: cached sessions are served again although PostgreSQL has answered since the log was read',
    file: 'src/log/database-reach.ts',
    text: '    if (this.doubt !== undefined) this.doubt.mayServe = false;\n',
    replacement: '',
    specs: REACH_SPEC,
    test: 'until one does again',
  },
  {
    name: 'PostgreSQL counts as out of reach as soon as one way fails',
    file: 'src/log/database-reach.ts',
    text: 'Promise.any(ways)',
    replacement: 'Promise.all(ways)',
    specs: REACH_SPEC,
    test: 'only new connections',
  },
  {
    name: 'the end of a connection counts as an answer of PostgreSQL',
    file: 'src/log/database-reach.ts',
    text: 'if (!isEndedConnection(error) || trying.elapsedMs > this.halfMs) throw error;',
    replacement: 'throw error;',
    specs: ['test/integration/postgres-stop.spec.ts'],
  },
  {
    name: 'STOREEARLY: a change does not ask after its commit which stores there are',
    file: STORES,
    text: 'if (this.database.isEmbedded) return true;',
    replacement: 'if (this.database.isEmbedded || !this.hasRival) return true;',
    specs: STORES_SPEC,
    test: 'make each change wait',
  },
  {
    name: 'ANNOUNCELATE: an instance names its store after the replay',
    file: 'src/log/invalidation-follower.ts',
    text: '    await this.stores.announce(runOn(connection));\n    await this.replay.replayFor(page.history);\n',
    replacement:
      '    await this.replay.replayFor(page.history);\n    await this.stores.announce(runOn(connection));\n',
    specs: STORES_SPEC,
    test: 'before the log is replayed',
  },
  {
    name: 'NOROW: an instance that the others took for ended goes on',
    file: STORES,
    text: 'if (!this.hasLeft && !(await this.write(BEAT, run)))',
    replacement: 'if (!(await this.write(BEAT, run)) && this.hasLeft)',
    specs: STORES_SPEC,
    test: 'took one for ended',
  },
  {
    name: 'an instance trusts its store beside another one',
    file: 'src/standing/standing.ts',
    text: "if (this.rival !== undefined) return 'database-only';",
    replacement: '',
    specs: STORES_SPEC,
    test: 'Redis and memory',
  },
  {
    name: 'an instance goes by its own clocks alone',
    file: 'src/cache/redis-cache.store.ts',
    text: 'permit !== undefined || !isLimited ? values : []',
    replacement: 'permit !== null ? values : []',
    specs: ['test/integration/paused-machine.spec.ts'],
  },
  {
    name: 'a later timeline wins against instances that renew their claim',
    file: 'src/log/history-claim.ts',
    text: 'if (mayEnd && ageMs >= UNRENEWED_MS) return other;',
    replacement: 'if (mayEnd) return other;',
    specs: ['test/integration/promoted-copy.spec.ts'],
    test: 'harms nobody else',
  },
  {
    name: 'a copy is followed at once where Redis does not answer',
    file: 'src/log/history-claim.ts',
    text: 'if (performance.now() - beganAt >= patienceMs) return;',
    replacement: 'return;',
    specs: ['test/integration/promoted-copy.spec.ts'],
    test: 'lost Redis for a moment',
  },
];
