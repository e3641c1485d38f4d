import type { Mutant } from './mutant.js';

const TLS_SPECS = ['test/integration/postgres-tls.spec.ts'] as const;
const SPECS = ['test/integration/pgbouncer.spec.ts'] as const;

/** How PostgreSQL is reached: through a pooler that gives each transaction to another session, and by TLS. */
export const POOLER_MUTANTS: readonly Mutant[] = [
  {
    name: 'an advisory lock counts on a connection that is no session',
    file: 'src/invalidation/invalidation-follower.ts',
    text: "lock !== undefined && proof.state === 'delivered'",
    replacement: 'lock !== undefined',
    specs: SPECS,
    test: 'with one URL',
  },
  {
    name: 'lost notifications are not noticed',
    file: 'src/database/notification-proof.ts',
    text: "this.lost >= ATTEMPTS ? 'not delivered' : 'unproven'",
    replacement: "'unproven'",
    specs: SPECS,
    test: 'with one URL',
  },
  {
    name: 'a pooler that is led to a standby gives verdicts',
    file: 'src/database/hot-statements.ts',
    text: 'if (this.database.isPooled) return this.readWithServer<Row>(client, statement, values);',
    replacement: '',
    specs: SPECS,
    test: 'led to a standby',
  },
  {
    name: 'transactions have the isolation level of the database',
    file: 'src/database/hot-statements.ts',
    text: "const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';",
    replacement: "const BEGIN = 'BEGIN';",
    specs: SPECS,
    test: 'works in READ COMMITTED',
  },
  {
    name: 'a refused certificate of PostgreSQL is waited for',
    file: 'src/database/connect-failure.ts',
    text: 'if (trouble !== undefined)',
    replacement: 'if (trouble === NO_PASSWORD.source)',
    specs: TLS_SPECS,
    test: 'another authority signed',
  },
  {
    name: 'the certificate of PostgreSQL is not verified',
    file: 'src/config/database-url.ts',
    text: "options.set('sslmode', mode === 'no-verify' ? 'require' : mode);",
    replacement: "options.set('sslmode', 'require'); options.delete('sslrootcert');",
    specs: TLS_SPECS,
    test: 'another authority signed',
  },
];
