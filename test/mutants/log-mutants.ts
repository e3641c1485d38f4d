import { type Mutant, mutantsOf } from './mutant.js';

const POSITIONS_SPECS = 'test/integration/log-positions.spec.ts';
const MOVED_SPECS = 'test/integration/moved-sessions.spec.ts';

/** What the invalidation log holds, and which part of it is kept and replayed. */
export const LOG_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/database/migrations/1764000000020-log-moved-sessions.ts', MOVED_SPECS)`
    a session that SQL gives another user is accepted under the old one | within a second
      - PERFORM log_invalidation('session.revoked', OLD.user_id, OLD.id, 'session_moved');
      + PERFORM log_invalidation('session.revoked', NEW.user_id, NEW.id, 'session_moved');
  `,
  ...mutantsOf('src/log/invalidation-log.ts', POSITIONS_SPECS)`
    a position is stored after the transactions that are open | that was open when they were stored
      - pg_snapshot_xmin(pg_current_snapshot())
      + pg_snapshot_xmax(pg_current_snapshot())
    a position of the future stops the storing of positions | are stored as before
      -  AND clock_timestamp())
      -   ON CONFLICT
      +  AND 'infinity')
      +   ON CONFLICT
    entries from before the clock was set back are accepted after a replay of too many rows | of too many rows
      - greatest(clock_timestamp(), (SELECT max(at)
      + coalesce(clock_timestamp(), (SELECT max(at)
    entries from before the clock was set back are accepted after a replay from the first position
      | reaches the first of them
      - ORDER BY horizon, at LIMIT 1
      + ORDER BY at LIMIT 1
  `,
  ...mutantsOf('src/log/invalidation-follower.ts', POSITIONS_SPECS)`
    rows of a restored backup stay in the log | rows of a restored backup
      - await connection.run((client) => client.query(REMOVE_FOREIGN_ROWS));
      + void REMOVE_FOREIGN_ROWS;
  `,
  ...mutantsOf('src/standing/standing.ts', 'src/standing/standing.spec.ts')`
    entries from before the clock was set back are accepted after skipped rows | the clock was set back
      - this.latestMs > databaseMs ? this.latestMs + ACCEPTANCE_MS : databaseMs
      + databaseMs
  `,
];
