import type { Mutant } from './mutant.js';

const LOG = 'src/log/invalidation-log.ts';
const POSITIONS_SPECS = ['test/integration/log-positions.spec.ts'] as const;
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
  {
    name: 'a position is stored after the transactions that are open',
    file: LOG,
    text: 'pg_snapshot_xmin(pg_current_snapshot())',
    replacement: 'pg_snapshot_xmax(pg_current_snapshot())',
    specs: POSITIONS_SPECS,
    test: 'that was open when they were stored',
  },
  {
    name: 'rows of a restored backup stay in the log',
    file: 'src/log/invalidation-follower.ts',
    text: 'await connection.run((client) => client.query(REMOVE_FOREIGN_ROWS));',
    replacement: 'void REMOVE_FOREIGN_ROWS;',
    specs: POSITIONS_SPECS,
    test: 'rows of a restored backup',
  },
  {
    name: 'a position of the future stops the storing of positions',
    file: LOG,
    text: ' AND clock_timestamp())\n  ON CONFLICT',
    replacement: " AND 'infinity')\n  ON CONFLICT",
    specs: POSITIONS_SPECS,
    test: 'are stored as before',
  },
  {
    name: 'entries from before the clock was set back are accepted after a replay of too many rows',
    file: LOG,
    text: 'greatest(clock_timestamp(), (SELECT max(at)',
    replacement: 'coalesce(clock_timestamp(), (SELECT max(at)',
    specs: POSITIONS_SPECS,
    test: 'of too many rows',
  },
  {
    name: 'entries from before the clock was set back are accepted after a replay from the first position',
    file: LOG,
    text: 'ORDER BY horizon, at LIMIT 1',
    replacement: 'ORDER BY at LIMIT 1',
    specs: POSITIONS_SPECS,
    test: 'reaches the first of them',
  },
  {
    name: 'entries from before the clock was set back are accepted after skipped rows',
    file: 'src/standing/standing.ts',
    text: 'this.latestMs > databaseMs ? this.latestMs + ACCEPTANCE_MS : databaseMs',
    replacement: 'databaseMs',
    specs: ['src/standing/standing.spec.ts'],
    test: 'the clock was set back',
  },
];
