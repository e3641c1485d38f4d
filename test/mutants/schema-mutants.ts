import type { Mutant } from './mutant.js';

const SCHEMA_SPEC = ['test/integration/database-schema.spec.ts'] as const;
const POOLER_SPEC = ['test/integration/pooler-schema.spec.ts'] as const;
const USERS_SPEC = ['test/integration/event-feed-users.spec.ts'] as const;
const TABLES_SPEC = ['test/integration/own-tables.spec.ts'] as const;

/** Where the tables of the service are found, and what a team with tables beside them relies on. */
export const SCHEMA_MUTANTS: readonly Mutant[] = [
  {
    name: 'connections look for tables where the database says',
    file: 'src/database/search-path.ts',
    text: "ELSE set_config('search_path'",
    replacement: "ELSE concat('search_path'",
    specs: SCHEMA_SPEC,
    test: 'register, log in and log out',
  },
  {
    name: 'a service begins anew beside the tables of another schema',
    file: 'src/database/own-schema.ts',
    text: 'if (other !== undefined)',
    replacement: "if (other?.schema === '')",
    specs: SCHEMA_SPEC,
    test: 'does not begin anew',
  },
  {
    name: 'a copy of the tables in another schema ends the start',
    file: 'src/database/own-schema.ts',
    text: "proname = 'log_invalidation')",
    replacement: "proname = 'log_invalidation' OR true)",
    specs: SCHEMA_SPEC,
    test: 'begins beside tables of a team',
  },
  {
    name: 'a replay evicts new users',
    file: 'src/log/invalidation-log.ts',
    text: " AND reason IS DISTINCT FROM '${CREATED}'",
    replacement: '',
    specs: ['test/integration/log-positions.spec.ts'],
    test: 'leave new users alone',
  },
  {
    name: 'triggers look for tables where the session does that changes a row',
    file: 'src/database/migrations/search-path-of-functions.ts',
    text: 'await runner.query(`ALTER FUNCTION ${name} SET search_path = ${path}`);',
    replacement: 'await runner.query(`ALTER FUNCTION ${name} SET work_mem = DEFAULT -- ${path}`);',
    specs: SCHEMA_SPEC,
    test: 'has the changes of SQL logged',
  },
  {
    name: 'a session of a pooler that looks in another schema first passes the proof',
    file: 'src/database/proven-query.ts',
    text: 'AND NOT is_read_only AND schema = $2::text)',
    replacement: "AND NOT is_read_only AND $2::text <> '')",
    specs: POOLER_SPEC,
    test: 'writes nothing while sessions look in another schema first',
  },
  {
    name: 'a start behind a pooler takes any search_path',
    file: 'src/database/primary-client.ts',
    text: 'if (server?.schema !== schema) throw',
    replacement: "if (server?.schema === '') throw",
    specs: POOLER_SPEC,
    test: 'does not start until sessions look for tables there',
  },
  {
    name: 'events of users reach every client of the feed',
    file: 'src/events/security-event.ts',
    text: "if (audience === 'copies' && directoryEventOf(change) !== undefined)",
    replacement: "if (audience !== 'copies' || directoryEventOf(change) !== undefined)",
    specs: USERS_SPEC,
    test: 'for clients with the scope events:users',
  },
  {
    name: 'a deleted account has no event for copies',
    file: 'src/events/directory-event.ts',
    text: "if (change.kind === 'user.deleted') return { name: 'user-deleted', event };",
    replacement: '',
    specs: USERS_SPEC,
    test: 'new, changed or deleted',
  },
  {
    name: 'a new account by SQL has no event',
    file: 'src/database/migrations/1764000000037-log-changes-of-the-directory.ts',
    text: 'CREATE TRIGGER users_log_insert AFTER INSERT ON users FOR EACH ROW',
    replacement: 'CREATE TRIGGER users_log_insert AFTER INSERT ON users FOR EACH ROW WHEN (false)',
    specs: USERS_SPEC,
    test: 'come also of changes by SQL',
  },
  {
    name: 'the verifier takes events for copies as changes of its tokens',
    file: 'packages/verifier/src/security-event.ts',
    text: "const FOR_COPIES = ['user-created', 'user-updated', 'user-deleted'];",
    replacement: 'const FOR_COPIES: string[] = [];',
    specs: ['packages/verifier/src/security-event.spec.ts'],
    test: 'makes no token be introspected',
  },
  {
    name: 'a foreign key that forbids a deletion is a defect',
    file: 'src/common/database-errors.ts',
    text: "const REFERENCE_VIOLATION = ['23503', '23001'];",
    replacement: 'const REFERENCE_VIOLATION: string[] = [];',
    specs: TABLES_SPEC,
    test: 'the answer is 409',
  },
  {
    name: 'the directory of users can be written',
    file: 'src/database/migrations/1764000000038-create-user-directory.ts',
    text: 'INSTEAD OF INSERT OR UPDATE OR DELETE ON user_directory',
    replacement: 'INSTEAD OF INSERT ON user_directory',
    specs: SCHEMA_SPEC,
    test: 'nobody can write by',
  },
];
