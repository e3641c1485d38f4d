import type { Mutant } from './mutant.js';

const TLS_SPECS = ['test/integration/postgres-tls.spec.ts'] as const;
const HOSTS_SPECS = ['test/integration/several-hosts.spec.ts'] as const;
const SPECS = ['test/integration/pgbouncer.spec.ts'] as const;

/** How PostgreSQL is reached: through a pooler that gives each transaction to another session, by TLS, and by several hosts. */
export const POOLER_MUTANTS: readonly Mutant[] = [
  {
    name: 'a pooler that is led to a standby gives verdicts',
    file: 'src/database/hot-statements.ts',
    text: 'if (this.database.isPooled) return this.readWithServer<Row>(client, statement, values);',
    replacement: '',
    specs: SPECS,
    test: 'led to a standby',
  },
  {
    name: 'the certificate of PostgreSQL is not verified',
    file: 'src/config/database-url.ts',
    text: "options.set('sslmode', mode === 'no-verify' ? 'require' : mode);",
    replacement: "options.set('sslmode', 'require'); options.delete('sslrootcert');",
    specs: TLS_SPECS,
    test: 'another authority signed',
  },
  {
    name: 'a standby is taken for the primary',
    file: 'src/database/search-primary.ts',
    text: "if (isReadOnly) throw new NoPrimaryError('a standby or read-only');",
    replacement: '',
    specs: HOSTS_SPECS,
    test: 'the reason for each host',
  },
  {
    name: 'a former primary that runs on is taken for the primary',
    file: 'src/database/search-primary.ts',
    text: 'timeline === latest',
    replacement: 'timeline <= String(latest)',
    specs: HOSTS_SPECS,
    test: 'was promoted last',
  },
  {
    name: 'a refused login of PostgreSQL is a defect',
    file: 'src/common/database-errors.ts',
    text: '/^(08...|28...|53...|58',
    replacement: '/^(08...|53...|58',
    specs: ['test/integration/refused-connections.spec.ts'],
    test: '28P01',
  },
  {
    name: 'transactions have the isolation level of the database',
    file: 'src/database/hot-statements.ts',
    text: "const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';",
    replacement: "const BEGIN = 'BEGIN';",
    specs: SPECS,
    test: 'work in READ COMMITTED',
  },
  {
    name: 'the last known primary is not asked whether it takes writes',
    file: 'src/database/primary-client.ts',
    text: 'this.primary.hasSeveral && server?.is_read_only === true',
    replacement: 'server === undefined',
    specs: HOSTS_SPECS,
    test: 'last known primary',
  },
  {
    name: 'a connection that TypeORM has lost is a defect',
    file: 'src/common/database-errors.ts',
    text: ' || isLostByTypeOrm(error)',
    replacement: '',
    specs: ['test/integration/lost-connection.spec.ts'],
    test: 'v1/sessions',
  },
];
