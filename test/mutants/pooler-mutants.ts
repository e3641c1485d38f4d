import { type Mutant, mutantsOf } from './mutant.js';

const HOSTS_SPECS = 'test/integration/several-hosts.spec.ts';
const ELSEWHERE_SPECS = 'test/integration/pooler-elsewhere.spec.ts';

/** How PostgreSQL is reached: through a pooler that gives each transaction to another session, by TLS, and by several hosts. */
export const POOLER_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/database/bounded-client.ts', 'test/integration/pgbouncer.spec.ts')`
    UNPROVEN: a pooler that is led to another server answers statements | led to a standby
      - if (this.isPooled && current !== undefined && this.getTransactionStatus() === 'I')
      + if (this.isPooled && current === '')
    transactions have the isolation level of the database | work in READ COMMITTED
      - const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';
      + const BEGIN = 'BEGIN';
  `,
  ...mutantsOf('src/database/bounded-client.ts', ELSEWHERE_SPECS)`
    a pooler that is led to a copy begins transactions there | a copy that takes writes
      - this.server = (results as pg.QueryResult<ServerRow>[])[1]?.rows[0];
      + void results;
  `,
  ...mutantsOf('src/database/proven-query.ts', ELSEWHERE_SPECS)`
    the proof of the server passes on any server | a copy that takes writes
      - OR (history = $1 AND NOT is_read_only AND schema = $2::text)
      + OR (history IS NOT NULL AND schema = $2::text)
    the proof of the server passes on a standby | a standby whose replay is paused
      - OR (history = $1 AND NOT is_read_only AND schema = $2::text)
      + OR is_read_only OR history = $1 OR schema IS NULL AND $2::text IS NULL
  `,
  ...mutantsOf('src/clients/known-clients.ts', 'test/integration/clients.spec.ts')`
    an OAuth client that was read in another history is kept in memory | another history than the followed one
      - history === this.standing.history
      + history !== undefined
  `,
  ...mutantsOf('src/config/database-url.ts', 'test/integration/postgres-tls.spec.ts')`
    the certificate of PostgreSQL is not verified | another authority signed
      - options.set('sslmode', mode === 'no-verify' ? 'require' : mode);
      + options.set('sslmode', 'require'); options.delete('sslrootcert');
  `,
  ...mutantsOf('src/database/search-primary.ts', HOSTS_SPECS)`
    a standby is taken for the primary | the reason for each host
      - if (isReadOnly) throw new NoPrimaryError('a standby or read-only');
      +
    a former primary that runs on is taken for the primary | was promoted last
      - timeline === latest
      + timeline <= String(latest)
  `,
  ...mutantsOf('src/common/database-errors.ts', 'test/integration/refused-connections.spec.ts')`
    a refused login of PostgreSQL is a defect | 28P01
      - /^(08...|28...|53...|58
      + /^(08...|53...|58
  `,
  ...mutantsOf('src/database/primary-client.ts', HOSTS_SPECS)`
    the last known primary is not asked whether it takes writes | last known primary
      - this.primary.hasSeveral && server?.is_read_only === true
      + server === undefined
  `,
  ...mutantsOf('src/common/database-errors.ts', 'test/integration/lost-connection.spec.ts')`
    a connection that TypeORM has lost is a defect | v1/sessions
      -  || isLostByTypeOrm(error)
      +
  `,
];
