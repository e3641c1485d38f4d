import type { Mutant } from './mutant.js';

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
    file: 'src/invalidation/invalidation-follower.ts',
    text: 'this.following.suspend(message);\n    this.reach',
    replacement: 'this.following.lose(message);\n    this.reach',
    specs: REACH_SPEC,
    test: 'at the direct URL',
  },
  {
    name: 'STALECONTACT: cached sessions are served by an instance that had not read the log in time',
    file: 'src/invalidation/invalidation-follower.ts',
    text: 'this.lastRead.elapsedMs < ACCEPTANCE_MS',
    replacement: 'this.lastRead.elapsedMs < Infinity',
    specs: REACH_SPEC,
    test: 'after a sleep',
  },
  {
    name: 'cached sessions are served again although PostgreSQL has answered since the log was read',
    file: 'src/invalidation/database-reach.ts',
    text: '    if (this.doubt !== undefined) this.doubt.mayServe = false;\n',
    replacement: '',
    specs: REACH_SPEC,
    test: 'until one does again',
  },
  {
    name: 'PostgreSQL counts as out of reach as soon as one way fails',
    file: 'src/invalidation/database-reach.ts',
    text: 'Promise.any(ways)',
    replacement: 'Promise.all(ways)',
    specs: REACH_SPEC,
    test: 'only new connections',
  },
];
