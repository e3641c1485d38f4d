import pg from 'pg';
import { type DriverError, isMissingName } from '../common/database-errors.js';
import { SERVER } from './history.js';

/**
 * Answers which server it is, and which schema names lead to. With the token of a history as `$1`, it fails on every other server: on a
 * standby, on a read-only one and on one that has another history; and in a session that looks for tables elsewhere than in schema `$2`.
 */
export const PROOF = {
  name: 'prove_server',
  text: `
  SELECT * FROM (${SERVER} OFFSET 0) AS server
  WHERE CASE WHEN $1::text IS NULL OR (history = $1 AND NOT is_read_only AND schema = $2::text) THEN true
    ELSE CAST(concat('another server: ', history) AS boolean) END`,
} as const;

/** SQLSTATE of the failure of {@link PROOF}: its text is no boolean. */
const NO_PROOF = '22P02';

type Connection = Pick<pg.Connection, 'bind' | 'execute'>;

/** What node-postgres calls while a query runs; its type declarations leave it out. */
interface QueryInternals {
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}

type Answered = (error: Error | null, result: pg.QueryResult) => void;

const Query = pg.Query as unknown as new (
  config: pg.QueryConfig & { queryMode: 'extended' },
  values: undefined,
  callback: Answered,
) => QueryInternals & pg.Submittable;

/**
 * A statement behind its proof. Both are sent at once and run in one transaction, as they have one Sync message between them: where the
 * proof fails, PostgreSQL skips the statement. So a pooler cannot give the two to different servers, and there is one round trip.
 * The connection must have prepared {@link PROOF} before.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export class ProvenQuery extends Query {
  private isProven = false;

  /** @param followed the token of the history in which the statement must run, and the schema of its tables */
  constructor(
    private readonly followed: readonly [history: string, schema: string],
    config: pg.QueryConfig,
    callback: Answered,
  ) {
    super({ ...config, queryMode: 'extended' }, undefined, callback);
  }

  /** Whether an error of this query says that the server is another one. Then the statement did not run. */
  hasFound(error: Error): boolean {
    // Another search_path may find none of what the proof reads.
    return !this.isProven && ((error as DriverError).code === NO_PROOF || isMissingName(error));
  }

  override prepare(connection: Connection): void {
    connection.bind({ statement: PROOF.name, values: [...this.followed] }, true);
    connection.execute({}, true);
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (this.isProven) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.isProven) super.handleCommandComplete(message, connection);
    this.isProven = true;
  }
}
