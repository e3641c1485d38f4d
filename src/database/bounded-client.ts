import pg from 'pg';
import { NoPrimaryError } from '../common/database-errors.js';
import type { FollowedHistory } from './followed-history.js';
import { HISTORY, IS_READ_ONLY } from './history.js';

type Query = (...args: unknown[]) => unknown;
type Connected = (error?: Error) => void;

/**
 * Locks and the checks that follow them need a snapshot for each statement, and the server, the database or the role
 * may have another default. Said after connecting, because poolers drop the options of a start-up message.
 */
const ISOLATION = 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED';
const SERVER = `SELECT ${HISTORY} AS history, ${IS_READ_ONLY} AS is_read_only`;

interface ServerRow {
  history: string;
  is_read_only: boolean;
}

/** What the pool gives each of its connections. */
export interface BoundedClientConfig extends pg.ClientConfig {
  readonly followed: FollowedHistory;
}

/**
 * A connection whose transactions are READ COMMITTED, and that leaves the pool in two cases. A query on it timed out: node-postgres
 * only gives up waiting, so the connection would stay behind the unanswered query, and with a frozen server or a
 * black-holed link each one in the pool would be lost that way, one after the other. Or the connection leads to a standby, or to another
 * history than the one that is followed: what it reads may be older than what others have acknowledged, and its commits would reach nobody.
 */
export class BoundedClient extends pg.Client {
  private readonly unbounded = super.query.bind(this) as Query;
  private readonly followed: FollowedHistory;
  private server: ServerRow | undefined;

  constructor(config: BoundedClientConfig) {
    super(config);
    this.followed = config.followed;
  }

  /** The history that the connection leads to. */
  get history(): string | undefined {
    return this.server?.history;
  }

  override query = ((...args: unknown[]) => {
    const { refusal } = this;
    if (refusal !== undefined) return this.refuse(refusal, args.at(-1));
    const result = this.unbounded(...args);
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      if ((error as Error).message === 'Query read timeout') abandon(this);
      throw error;
    });
  }) as pg.Client['query'];

  override connect = ((connected?: Connected) => {
    const opening = this.open();
    if (connected === undefined) return opening.then(() => this);
    void opening.then(() => connected(), connected);
    return undefined;
  }) as pg.Client['connect'];

  /** Why no statement may run; nothing is refused before the log is followed, when no request is served yet. */
  private get refusal(): string | undefined {
    const { current } = this.followed;
    if (current === undefined || this.server === undefined) return undefined;
    if (this.server.is_read_only) return 'the connection leads to a standby or a read-only server';
    const isFollowed = this.server.history === current;
    return isFollowed ? undefined : 'the connection leads to another database than the one that is followed';
  }

  private refuse(reason: string, callback: unknown): Promise<never> | undefined {
    abandon(this);
    const error = new NoPrimaryError(reason);
    if (typeof callback !== 'function') return Promise.reject(error);
    (callback as Connected)(error);
    return undefined;
  }

  private async open(): Promise<void> {
    await super.connect();
    // The pool listens once it has the connection; without a listener the loss of it would end the process.
    this.on('error', ignore);
    try {
      await this.query(ISOLATION);
      const { rows } = await this.query<ServerRow>(SERVER);
      this.server = rows[0];
    } catch (error) {
      abandon(this);
      throw error;
    } finally {
      this.off('error', ignore);
    }
  }
}

const ignore = (): void => undefined;

/** Ends a connection without waiting for the server, which may never answer. */
export function abandon(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
