import type { Mutant } from './mutant.js';

const TLS_SPECS = ['test/integration/postgres-tls.spec.ts'] as const;
const HOSTS_SPECS = ['test/integration/several-hosts.spec.ts'] as const;
const ELSEWHERE_SPECS = ['test/integration/pooler-elsewhere.spec.ts'] as const;
const SPECS = ['test/integration/pgbouncer.spec.ts'] as const;

/** How PostgreSQL is reached: through a pooler that gives each transaction to another session, by TLS, and by several hosts. */
export const POOLER_MUTANTS: readonly Mutant[] = [
  {
    name: 'UNPROVEN: a pooler that is led to another server answers statements',
    file: 'src/database/bounded-client.ts',
    text: "if (this.isPooled && current !== undefined && this.getTransactionStatus() === 'I')",
    replacement: "if (this.isPooled && current === '')",
    specs: SPECS,
    test: 'led to a standby',
  },
  {
    name: 'a pooler that is led to a copy begins transactions there',
    file: 'src/database/bounded-client.ts',
    text: 'this.server = (results as pg.QueryResult<ServerRow>[])[1]?.rows[0];',
    replacement: 'void results;',
    specs: ELSEWHERE_SPECS,
    test: 'a copy that takes writes',
  },
  {
    name: 'the proof of the server passes on any server',
    file: 'src/database/proven-query.ts',
    text: 'OR (history = $1 AND NOT is_read_only AND schema = $2::text)',
    replacement: 'OR (history IS NOT NULL AND schema = $2::text)',
    specs: ELSEWHERE_SPECS,
    test: 'a copy that takes writes',
  },
  {
    name: 'the proof of the server passes on a standby',
    file: 'src/database/proven-query.ts',
    text: 'OR (history = $1 AND NOT is_read_only AND schema = $2::text)',
    replacement: 'OR is_read_only OR history = $1 OR schema IS NULL AND $2::text IS NULL',
    specs: ELSEWHERE_SPECS,
    test: 'a standby whose replay is paused',
  },
  {
    name: 'an OAuth client that was read in another history is kept in memory',
    file: 'src/clients/known-clients.ts',
    text: 'history === this.standing.history',
    replacement: 'history !== undefined',
    specs: ['test/integration/clients.spec.ts'],
    test: 'another history than the followed one',
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
    file: 'src/database/bounded-client.ts',
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
