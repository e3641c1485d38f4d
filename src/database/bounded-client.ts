import type pg from 'pg';
import { isMissingName, isReadOnlyRefusal, NoPrimaryError } from '../common/database-errors.js';
import type { Standing } from '../standing/standing.js';
import { readAndMark, SERVER, type ServerRow } from './history.js';
import { PrimaryClient, type PrimaryClientConfig } from './primary-client.js';
import { PROOF, ProvenQuery } from './proven-query.js';
import { FIRST_SCHEMA, leadTo } from './search-path.js';

type Query = (...args: unknown[]) => unknown;
type Answered = (error: Error | null, result?: pg.QueryResult) => void;

/**
 * Locks and the checks that follow them need a snapshot for each statement, and the server, the database or the role
 * may have another default. Said after connecting, because poolers drop the options of a start-up message.
 */
const ISOLATION = 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED';
/** The level is named, because the server, the database or the role may have another default and a pooler keeps no settings. */
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';
const ANOTHER_SERVER =
  'the statement was given to a standby, to a read-only server, to another database than the one that is followed, or to a session ' +
  'with another search_path';

/** What the pool gives each of its connections. */
export interface BoundedClientConfig extends PrimaryClientConfig {
  readonly standing: Pick<Standing, 'history'>;
  /** Whether a pooler may be in between, which keeps no settings of a session and may lead to another server than before. */
  readonly isPooled: boolean;
  /** Milliseconds after which the server ends a transaction whose next statement does not come; for ever without it. */
  readonly idleTransactionMs?: number | undefined;
}

/**
 * A connection whose transactions are READ COMMITTED, and that leaves the pool in three cases. A query on it timed out: node-postgres
 * only gives up waiting, so the connection would stay behind the unanswered query, and with a frozen server or a
 * black-holed link each one in the pool would be lost that way, one after the other. The server refused to write, and may stay read-only
 * for this session. Or the connection leads to a standby, or to another history than the one that is followed: what it reads may be older
 * than what others have acknowledged, and its commits would reach nobody.
 *
 * A connection to PostgreSQL itself leads to one server for its life, so it reads once which one that is. Behind a pooler each statement
 * outside of a transaction, and each begin of a transaction, proves its server. At another server nothing of it runs.
 */
export class BoundedClient extends PrimaryClient {
  private readonly unbounded = super.query.bind(this) as Query;
  private readonly standing: Pick<Standing, 'history'>;
  private readonly isPooled: boolean;
  private readonly idleTransactionMs: number | undefined;
  private server: ServerRow | undefined;

  constructor(config: BoundedClientConfig) {
    super(config);
    this.standing = config.standing;
    this.isPooled = config.isPooled;
    this.idleTransactionMs = config.idleTransactionMs;
  }

  /** The history that the connection leads to; behind a pooler that of the last statement, if it was proven. */
  get history(): string | undefined {
    return this.server?.history;
  }

  /** @throws NoPrimaryError (as a rejection) when it would run at another server than the followed one, where it does nothing */
  override query = ((...args: unknown[]) => {
    const { history: current } = this.standing;
    if (this.isPooled && current !== undefined && this.getTransactionStatus() === 'I')
      return this.prove(current, args);
    const { refusal } = this;
    if (refusal !== undefined) return this.refuse(refusal, args.at(-1));
    const result = this.unbounded(...args);
    return result instanceof Promise ? this.bounded(result) : result;
  }) as pg.Client['query'];

  /**
   * Begins a transaction in READ COMMITTED. Behind a pooler it also reads which server runs it; at another one than the followed one,
   * the next statement is refused.
   * @throws Error of the driver
   */
  async begin(): Promise<void> {
    if (this.isPooled) {
      const results = await this.bounded(this.unbounded(`${BEGIN}; ${SERVER}`) as Promise<unknown>);
      this.server = (results as pg.QueryResult<ServerRow>[])[1]?.rows[0];
    } else await this.query(BEGIN);
  }

  /** An instance that is gone, with the network or the power, must keep no row locked: the others could not end that session. */
  private get settings(): string {
    const { idleTransactionMs } = this;
    const settings = `${ISOLATION}; SELECT ${leadTo(this.primary.schema)}`;
    if (idleTransactionMs === undefined) return settings;
    return `${settings}; SET idle_in_transaction_session_timeout = ${idleTransactionMs}`;
  }

  /** Why no statement may run; nothing is refused before the log is followed, when no request is served yet. */
  private get refusal(): string | undefined {
    const [{ history: current }, server] = [this.standing, this.server];
    if (current === undefined || server === undefined) return undefined;
    if (server.is_read_only) return 'the connection leads to a standby or a read-only server';
    if (server.schema !== this.primary.schema) return 'the session looks for tables in another schema';
    const isFollowed = server.history === current;
    return isFollowed ? undefined : 'the connection leads to another database than the one that is followed';
  }

  private refuse(reason: string, callback: unknown): Promise<never> | undefined {
    this.leave();
    const error = new NoPrimaryError(reason);
    if (typeof callback !== 'function') return Promise.reject(error);
    (callback as Answered)(error);
    return undefined;
  }

  /** Takes the arguments of node-postgres' `query`, of which none may be several statements in one text. */
  private prove(history: string, [config, ...more]: unknown[]): Promise<pg.QueryResult> | undefined {
    const answer = this.bounded(this.runProven(history, config as string | pg.QueryConfig, more[0]));
    const callback = more.find((argument) => typeof argument === 'function') as Answered | undefined;
    if (callback === undefined) return answer;
    answer.then((result) => callback(null, result), callback);
    return undefined;
  }

  private async runProven(
    history: string,
    config: string | pg.QueryConfig,
    values: unknown,
  ): Promise<pg.QueryResult> {
    const { schema } = this.primary;
    const statement = typeof config === 'string' ? { text: config } : config;
    const withValues = Array.isArray(values) ? { ...statement, values } : statement;
    const result = await new Promise<pg.QueryResult>((resolve, reject) => {
      const query = new ProvenQuery([history, schema], withValues, (error, answer) =>
        error ? reject(query.hasFound(error) ? new NoPrimaryError(ANOTHER_SERVER) : error) : resolve(answer),
      );
      this.unbounded(query);
    });
    this.server = { history, is_read_only: false, schema };
    return result;
  }

  private bounded<T>(result: Promise<T>): Promise<T> {
    return result.catch((error: unknown) => {
      const isLost = error instanceof NoPrimaryError || (error as Error).message === 'Query read timeout';
      if (isLost || isReadOnlyRefusal(error)) this.leave();
      throw error;
    });
  }

  protected override async prepare(): Promise<void> {
    if (!this.isPooled) await this.query(this.settings);
    const server = await this.readServer().catch(async (error: unknown) => {
      if (isMissingName(error))
        this.requireSchema((await this.rowsOf(`SELECT ${FIRST_SCHEMA} AS schema`))[0]);
      throw error;
    });
    this.requirePrimary(server);
    this.requireSchema(server);
    // What is read behind a pooler says nothing about later statements.
    if (!this.isPooled) this.server = server;
  }

  private async readServer(): Promise<ServerRow | undefined> {
    if (!this.isPooled) return readAndMark((text) => this.rowsOf(text));
    // The name is needed later.
    return (await this.rowsOf({ ...PROOF, values: [null, null] }))[0];
  }

  private async rowsOf(query: string | pg.QueryConfig): Promise<ServerRow[]> {
    return (await (this.unbounded(query) as Promise<pg.QueryResult<ServerRow>>)).rows;
  }
}
