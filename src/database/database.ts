import type { OnApplicationShutdown } from '@nestjs/common';
import { EmbeddedPostgres } from './embedded-postgres.js';

/** Where PostgreSQL is: a server that the configuration names, or the embedded one that this process runs. */
export class Database implements OnApplicationShutdown {
  private constructor(
    readonly url: string,
    private readonly embedded: EmbeddedPostgres | undefined,
  ) {}

  /** Starts the embedded PostgreSQL where no server is configured. */
  static async open(configuredUrl: string | undefined, dataDir: string): Promise<Database> {
    if (configuredUrl !== undefined) return new Database(configuredUrl, undefined);
    const embedded = await EmbeddedPostgres.start(dataDir);
    return new Database(embedded.url, embedded);
  }

  get isEmbedded(): boolean {
    return this.embedded !== undefined;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.embedded?.stop();
  }
}
