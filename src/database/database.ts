import type { OnApplicationShutdown } from '@nestjs/common';
import type { AppConfig } from '../config/app-config.js';
import { parseDatabaseUrl } from '../config/database-url.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { PrimaryLocator } from './primary-locator.js';

/** Where PostgreSQL is: a server that the configuration names, or the embedded one that this process runs. */
export class Database implements OnApplicationShutdown {
  private constructor(
    /** For requests. */
    readonly requests: PrimaryLocator,
    /** For what needs a session: the follower of the log, advisory locks, migrations. */
    readonly sessions: PrimaryLocator,
    private readonly embedded: EmbeddedPostgres | undefined,
  ) {}

  /** Starts the embedded PostgreSQL where no server is configured. */
  static async open({ database: { target, direct, schema }, dataDir }: AppConfig): Promise<Database> {
    if (target !== undefined) {
      const requests = new PrimaryLocator(target, schema);
      const sessions = direct === undefined ? requests : new PrimaryLocator(direct, schema);
      return new Database(requests, sessions, undefined);
    }
    const embedded = await EmbeddedPostgres.start(dataDir);
    const own = new PrimaryLocator(parseDatabaseUrl('DATABASE_URL', embedded.url), schema);
    return new Database(own, own, embedded);
  }

  get isEmbedded(): boolean {
    return this.embedded !== undefined;
  }

  /**
   * Whether a pooler may give each transaction of requests to another session, or even to another server. Then nothing that belongs
   * to a session is used there, and what was read once of the server says nothing about later statements.
   */
  get isPooled(): boolean {
    return this.requests !== this.sessions;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.embedded?.stop();
  }
}
