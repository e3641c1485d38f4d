import { Logger } from '@nestjs/common';
import { isRefusedConnection, reasonOf } from '../common/database-errors.js';
import { addressOf, type DatabaseServer, type DatabaseTarget } from '../config/database-target.js';
import { PrimaryNotFoundError } from './primary-not-found.error.js';
import { SearchPathError } from './search-path.error.js';
import { searchPrimary } from './search-primary.js';

/** A search that failed counts as long for all who ask, so that standbys are not flooded. */
const PAUSE_MS = 200;
const LINE_EVERY_MS = 60_000;

/** Where connections to one database go. Of several hosts, to the last known primary. */
export class PrimaryLocator {
  private readonly logger = new Logger('Database');
  private known: DatabaseServer | undefined;
  private last: DatabaseServer | undefined;
  private search: Promise<DatabaseServer> | undefined;
  private hasConnected = false;
  private said = { reason: '', at: -Infinity };

  /** @param schema of the tables of the service, in which each connection looks for names without a schema */
  constructor(
    readonly target: DatabaseTarget,
    readonly schema: string,
  ) {}

  /** Whether a connection must ask its server if it is the primary. */
  get hasSeveral(): boolean {
    return this.target.servers.length > 1;
  }

  /** The server to connect to. With several hosts, the connection still asks it. @throws PrimaryNotFoundError */
  find(): Promise<DatabaseServer> {
    if (!this.hasSeveral) return Promise.resolve(this.target.servers[0]);
    if (this.known !== undefined) return Promise.resolve(this.known);
    this.search ??= this.searchOnce();
    return this.search;
  }

  /** A connection to the server is open. */
  connected(): void {
    this.hasConnected = true;
  }

  /** A connection to the server ended, or leads to no primary: the next one searches again. */
  forget(server: DatabaseServer | undefined): void {
    if (server === this.known) this.known = undefined;
  }

  /**
   * Writes a line when PostgreSQL refuses connections that it took before, or when new ones lead to other tables, at most once a minute for
   * the same reason: open connections go on, so nothing else may notice. The start has lines of its own.
   */
  report(error: unknown): void {
    const causes = error instanceof PrimaryNotFoundError ? error.unasked : [error];
    const isAstray = error instanceof SearchPathError;
    if (!this.hasConnected || !(isAstray || causes.some(isRefusedConnection))) return;
    const [reason, now] = [reasonOf(error), performance.now()];
    if (reason === this.said.reason && now - this.said.at < LINE_EVERY_MS) return;
    this.said = { reason, at: now };
    const what = isAstray ? 'cannot be used by' : 'refuses';
    this.logger.error(`PostgreSQL at ${this.target.label} ${what} new connections: ${reason}`);
  }

  private async searchOnce(): Promise<DatabaseServer> {
    try {
      const server = await searchPrimary(this.target);
      if (server !== this.last) this.logger.log(`The primary of PostgreSQL is ${addressOf(server)}`);
      this.known = this.last = server;
      this.search = undefined;
      return server;
    } catch (error) {
      setTimeout(() => (this.search = undefined), PAUSE_MS).unref();
      throw error;
    }
  }
}
