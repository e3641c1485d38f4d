import type { Mutant } from './mutant.js';

const MIGRATE = 'src/database/migrate.ts';
const INDEX = 'src/database/migrations/concurrent-index.ts';
const SPECS = ['test/integration/migrations.spec.ts'] as const;

/** How migrations are applied while requests are served. */
export const MIGRATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'a migration keeps requests waiting for as long as it waits itself',
    file: MIGRATE,
    text: 'SET lock_timeout = ${LOCK_TIMEOUT_MS}',
    replacement: 'SET lock_timeout = 0',
    specs: SPECS,
    test: 'do not keep requests from the table',
  },
  {
    name: 'instances wait for the lock of migrations with a snapshot',
    file: MIGRATE,
    text: 'SELECT pg_try_advisory_lock($1) AS held',
    replacement: 'SELECT true AS held FROM pg_advisory_lock($1)',
    specs: SPECS,
    test: 'is built while requests write',
  },
  {
    name: 'an index is built under a lock that stops writes',
    file: INDEX,
    text: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS',
    replacement: 'CREATE INDEX IF NOT EXISTS',
    specs: SPECS,
    test: 'is built while requests write',
  },
  {
    name: 'an index whose build was interrupted is left unusable',
    file: INDEX,
    text: 'if (index?.is_valid === false)',
    replacement: 'if (index?.is_valid === true)',
    specs: SPECS,
    test: 'is built anew',
  },
];
