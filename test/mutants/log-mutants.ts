import type { Mutant } from './mutant.js';

const MOVED_SPECS = ['test/integration/moved-sessions.spec.ts'] as const;

/** What the invalidation log holds, and which part of it is kept and replayed. */
export const LOG_MUTANTS: readonly Mutant[] = [
  {
    name: 'a session that SQL gives another user is accepted under the old one',
    file: 'src/database/migrations/1764000000020-log-moved-sessions.ts',
    text: "PERFORM log_invalidation('session.revoked', OLD.user_id, OLD.id, 'session_moved');",
    replacement: "PERFORM log_invalidation('session.revoked', NEW.user_id, NEW.id, 'session_moved');",
    specs: MOVED_SPECS,
    test: 'within a second',
  },
];
