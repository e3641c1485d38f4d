import pg from 'pg';
import { NoPrimaryError } from '../common/database-errors.js';
import { addressOf, type DatabaseServer } from '../config/database-target.js';
import { abandon, streamOf } from './abandon.js';
import { IS_READ_ONLY, type ServerRow } from './history.js';
import type { PrimaryLocator } from './primary-locator.js';
import { leadTo } from './search-path.js';
import { SearchPathError } from './search-path.error.js';

type Connected = (error?: Error) => void;

export interface PrimaryClientConfig extends pg.ClientConfig {
  /** Where it connects to. What the URL says wins over what is said here. */
  readonly primary: PrimaryLocator;
}

/** A connection to the primary of a database, for the pool and for single sessions. */
export class PrimaryClient extends pg.Client {
  protected readonly primary: PrimaryLocator;
  private address: DatabaseServer | undefined;

  constructor(config: PrimaryClientConfig) {
    super({ ...config, ...config.primary.target.client });
    this.primary = config.primary;
  }

  override connect = ((connected?: Connected) => {
    const opening = this.open();
    if (connected === undefined) return opening.then(() => this);
    void opening.then(() => connected(), connected);
    return undefined;
  }) as pg.Client['connect'];

  /** Ends it without waiting for the server. Another server may be the primary now, so the next connection searches for it. */
  leave(): void {
    this.primary.forget(this.address);
    abandon(this);
  }

  /** What is done on a new connection before it is used. @throws NoPrimaryError; Error of the driver */
  protected async prepare(): Promise<void> {
    const { rows } = await this.query<Pick<ServerRow, 'is_read_only'>>(
      `SELECT ${IS_READ_ONLY} AS is_read_only, ${leadTo(this.primary.schema)} AS search_path`,
    );
    this.requirePrimary(rows[0]);
  }

  /** @throws SearchPathError when names without a schema lead elsewhere than to the tables of the service */
  protected requireSchema(server: Pick<ServerRow, 'schema'> | undefined): void {
    const { schema, target } = this.primary;
    if (server?.schema !== schema) throw new SearchPathError(target.variable, schema, server?.schema);
  }

  /** @throws NoPrimaryError when, of several hosts, the one that it is connected to is not the primary */
  protected requirePrimary(server: Pick<ServerRow, 'is_read_only'> | undefined): void {
    if (this.primary.hasSeveral && server?.is_read_only === true)
      throw new NoPrimaryError(`${addressOf(this.address ?? this)} is a standby or read-only`);
  }

  private async open(): Promise<void> {
    try {
      this.address = await Promise.race([this.primary.find(), this.closed()]);
      Object.assign(this, this.address);
      await super.connect();
      await this.withListener(() => this.prepare());
      this.primary.connected();
    } catch (error) {
      this.primary.report(error);
      this.leave();
      throw error;
    }
  }

  /** Whoever waits for the connection may give it up while the primary is searched. */
  private closed(): Promise<never> {
    return new Promise((_, reject) =>
      streamOf(this).once('close', () => reject(new Error('Connection terminated'))),
    );
  }

  /** The pool listens once it has the connection; without a listener the loss of it would end the process. */
  private async withListener(work: () => Promise<void>): Promise<void> {
    this.on('error', ignore);
    await work().finally(() => this.off('error', ignore));
  }
}

const ignore = (): void => undefined;
