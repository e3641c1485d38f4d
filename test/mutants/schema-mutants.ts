import { type Mutant, mutantsOf } from './mutant.js';

const SCHEMA_SPEC = 'test/integration/database-schema.spec.ts';
const POOLER_SPEC = 'test/integration/pooler-schema.spec.ts';
const USERS_SPEC = 'test/integration/event-feed-users.spec.ts';

/** Where the tables of the service are found, and what a team with tables beside them relies on. */
export const SCHEMA_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/database/search-path.ts', SCHEMA_SPEC)`
    connections look for tables where the database says | register, log in and log out
      - ELSE set_config('search_path'
      + ELSE concat('search_path'
  `,
  ...mutantsOf('src/database/own-schema.ts', SCHEMA_SPEC)`
    a service begins anew beside the tables of another schema | does not begin anew
      - if (other !== undefined)
      + if (other?.schema === '')
    a copy of the tables in another schema ends the start | begins beside tables of a team
      - proname = 'log_invalidation')
      + proname = 'log_invalidation' OR true)
  `,
  ...mutantsOf('src/log/invalidation-log.ts', 'test/integration/log-positions.spec.ts')`
    a replay evicts new users | leave new users alone
      -  AND reason IS DISTINCT FROM '\${CREATED}'
      +
  `,
  ...mutantsOf('src/database/migrations/search-path-of-functions.ts', SCHEMA_SPEC)`
    triggers look for tables where the session does that changes a row | has the changes of SQL logged
      - await runner.query(\`ALTER FUNCTION \${name} SET search_path = \${path}\`);
      + await runner.query(\`ALTER FUNCTION \${name} SET work_mem = DEFAULT -- \${path}\`);
  `,
  ...mutantsOf('src/database/proven-query.ts', POOLER_SPEC)`
    a session of a pooler that looks in another schema first passes the proof
      | writes nothing while sessions look in another schema first
      - AND NOT is_read_only AND schema = $2::text)
      + AND NOT is_read_only AND $2::text <> '')
  `,
  ...mutantsOf('src/database/primary-client.ts', POOLER_SPEC)`
    a start behind a pooler takes any search_path | does not start until sessions look for tables there
      - if (server?.schema !== schema) throw
      + if (server?.schema === '') throw
  `,
  ...mutantsOf('src/events/security-event.ts', USERS_SPEC)`
    events of users reach every client of the feed | for clients with the scope events:users
      - if (audience === 'copies' && directoryEventOf(change) !== undefined)
      + if (audience !== 'copies' || directoryEventOf(change) !== undefined)
  `,
  ...mutantsOf('src/events/directory-event.ts', USERS_SPEC)`
    a deleted account has no event for copies | new, changed or deleted
      - if (change.kind === 'user.deleted') return { name: 'user-deleted', event };
      +
  `,
  ...mutantsOf('src/database/migrations/1764000000037-log-changes-of-the-directory.ts', USERS_SPEC)`
    a new account by SQL has no event | come also of changes by SQL
      - CREATE TRIGGER users_log_insert AFTER INSERT ON users FOR EACH ROW
      + CREATE TRIGGER users_log_insert AFTER INSERT ON users FOR EACH ROW WHEN (false)
  `,
  ...mutantsOf('packages/verifier/src/security-event.ts', 'packages/verifier/src/security-event.spec.ts')`
    the verifier takes events for copies as changes of its tokens | makes no token be introspected
      - const FOR_COPIES = ['user-created', 'user-updated', 'user-deleted'];
      + const FOR_COPIES: string[] = [];
  `,
  ...mutantsOf('src/common/database-errors.ts', 'test/integration/own-tables.spec.ts')`
    a foreign key that forbids a deletion is a defect | the answer is 409
      - const REFERENCE_VIOLATION = ['23503', '23001'];
      + const REFERENCE_VIOLATION: string[] = [];
  `,
  ...mutantsOf('src/database/migrations/1764000000038-create-user-directory.ts', SCHEMA_SPEC)`
    the directory of users can be written | nobody can write by
      - INSTEAD OF INSERT OR UPDATE OR DELETE ON user_directory
      + INSTEAD OF INSERT ON user_directory
  `,
];
