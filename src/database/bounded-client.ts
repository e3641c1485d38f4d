import type pg from 'pg';
import { isReadOnlyRefusal, NoPrimaryError } from '../common/database-errors.js';
import type { FollowedHistory } from './followed-history.js';
import { SERVER, type ServerRow } from './history.js';
import { PrimaryClient, type PrimaryClientConfig } from './primary-client.js';

type Query = (...args: unknown[]) => unknown;
type Connected = (error?: Error) => void;

/**
 * Locks and the checks that follow them need a snapshot for each statement, and the server, the database or the role
 * may have another default. Said after connecting, because poolers drop the options of a start-up message.
 */
const ISOLATION = 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED';

/** What the pool gives each of its connections. */
export interface BoundedClientConfig extends PrimaryClientConfig {
  readonly followed: FollowedHistory;
  /** Whether a pooler is in between, which keeps no settings of a session. */
  readonly isPooled: boolean;
}

/**
 * A connection whose transactions are READ COMMITTED, and that leaves the pool in three cases. A query on it timed out: node-postgres
 * only gives up waiting, so the connection would stay behind the unanswered query, and with a frozen server or a
 * black-holed link each one in the pool would be lost that way, one after the other. The server refused to write, and may stay read-only
 * for this session. Or the connection leads to a standby, or to another history than the one that is followed: what it reads may be older
 * than what others have acknowledged, and its commits would reach nobody.
 */
export class BoundedClient extends PrimaryClient {
  private readonly unbounded = super.query.bind(this) as Query;
  private readonly followed: FollowedHistory;
  private readonly isPooled: boolean;
  private server: ServerRow | undefined;

  constructor(config: BoundedClientConfig) {
    super(config);
    this.followed = config.followed;
    this.isPooled = config.isPooled;
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
      if ((error as Error).message === 'Query read timeout' || isReadOnlyRefusal(error)) this.leave();
      throw error;
    });
  }) as pg.Client['query'];

  /**
   * Checks what a statement read of its server. Behind a pooler the server may be another one than when the connection was opened.
   * @throws NoPrimaryError
   */
  requireFollowed(server: ServerRow | undefined): void {
    const reason = this.refusalOf(server);
    if (reason === undefined) return;
    this.leave();
    throw new NoPrimaryError(reason);
  }

  /** Why no statement may run; nothing is refused before the log is followed, when no request is served yet. */
  private get refusal(): string | undefined {
    return this.refusalOf(this.server);
  }

  private refusalOf(server: ServerRow | undefined): string | undefined {
    const { current } = this.followed;
    if (current === undefined || server === undefined) return undefined;
    if (server.is_read_only) return 'the connection leads to a standby or a read-only server';
    const isFollowed = server.history === current;
    return isFollowed ? undefined : 'the connection leads to another database than the one that is followed';
  }

  private refuse(reason: string, callback: unknown): Promise<never> | undefined {
    this.leave();
    const error = new NoPrimaryError(reason);
    if (typeof callback !== 'function') return Promise.reject(error);
    (callback as Connected)(error);
    return undefined;
  }

  protected override async prepare(): Promise<void> {
    if (!this.isPooled) await this.query(ISOLATION);
    const { rows } = await this.query<ServerRow>(SERVER);
    this.requirePrimary(rows[0]);
    this.server = rows[0];
  }
}
