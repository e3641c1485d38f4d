import pg from 'pg';
import type { AppConfig } from '../config/app-config.js';
import { ConfigurationError } from '../config/configuration.error.js';
import type { HotStatement, Run } from '../database/hot-statements.js';
import { PrimaryClient } from '../database/primary-client.js';
import { PrimaryLocator } from '../database/primary-locator.js';
import { waitForDatabase } from '../database/wait-for-database.js';

const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 60_000;

/** They replace what the role or the database sets. Times of files without an offset are UTC. */
const SETTINGS = `
  SET statement_timeout = ${STATEMENT_TIMEOUT_MS};
  SET TimeZone = 'UTC';
  SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED`;

type DatabaseConfig = Pick<AppConfig, 'name' | 'database'>;

/** The one connection of an import or an export. */
export class DatabaseSession {
  private constructor(private readonly client: pg.Client) {}

  /** @throws ConfigurationError; Error that names the variable when the server does not answer */
  static async open({ name, database }: DatabaseConfig): Promise<DatabaseSession> {
    const target = database.direct ?? database.target;
    if (target === undefined)
      throw new ConfigurationError([
        'DATABASE_URL is required: the embedded database belongs to the running service',
      ]);
    const primary = new PrimaryLocator(target, database.schema);
    return waitForDatabase(target, database.waitSeconds, async () => {
      const client = new PrimaryClient({
        primary,
        application_name: `${name}-moving`,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        keepAlive: true,
      });
      // A lost connection fails the running query and emits this event too; without a listener it would end the process.
      client.on('error', ignore);
      await client.connect();
      await client.query(SETTINGS);
      return new DatabaseSession(client);
    });
  }

  get run(): Run {
    return async <Row extends pg.QueryResultRow>({ name, text }: HotStatement, values: readonly unknown[]) =>
      (await this.client.query<Row>({ name, text, values: [...values] })).rows;
  }

  /** Runs `work` in a transaction. @param begin how it begins @throws Error of `work`, or of the driver: nothing was changed */
  async transaction<T>(work: () => Promise<T>, begin = 'BEGIN'): Promise<T> {
    await this.client.query(begin);
    try {
      const result = await work();
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      // On a lost connection this fails in its turn, and the server undoes the transaction.
      await this.client.query('ROLLBACK').catch(ignore);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

const ignore = (): void => undefined;
