import type { Mutant } from './mutant.js';

/** What must be proven before an instance relies on it. */
export const PROOF_MUTANTS: readonly Mutant[] = [
  {
    name: 'SAMEHISTORY: a recovery leaves the mark of the history',
    file: 'src/database/migrations/1764000000015-mark-history.ts',
    text: 'CREATE UNLOGGED TABLE history_mark',
    replacement: 'CREATE TABLE history_mark',
    specs: ['test/integration/history.spec.ts'],
  },
];
