import { type Mutant, mutantsOf } from './mutant.js';

const INDEX = 'src/database/migrations/concurrent-index.ts';
const SPECS = 'test/integration/migrations.spec.ts';

/** How migrations are applied while requests are served. */
export const MIGRATION_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/database/migrate.ts', SPECS)`
    a migration keeps requests waiting for as long as it waits itself | do not keep requests from the table
      - SET lock_timeout = \${LOCK_TIMEOUT_MS}
      + SET lock_timeout = 0
    instances wait for the lock of migrations with a snapshot | is built while requests write
      - SELECT pg_try_advisory_lock($1) AS held
      + SELECT true AS held FROM pg_advisory_lock($1)
  `,
  ...mutantsOf(INDEX, SPECS)`
    an index is built under a lock that stops writes | is built while requests write
      - CREATE INDEX CONCURRENTLY IF NOT EXISTS
      + CREATE INDEX IF NOT EXISTS
    an index whose build was interrupted is left unusable | is built anew
      - if (index?.is_valid === false)
      + if (index?.is_valid === true)
  `,
];
