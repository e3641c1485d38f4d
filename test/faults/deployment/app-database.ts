import type { PostgresServer } from '../../support/postgres/postgres-server.js';
import { databaseUrl } from '../../support/postgres/sql.js';

const NAME = 'fault_test';
const ROLE = 'app';

/** A database that an ordinary role owns, as in production: the instances connect as that role. */
export class AppDatabase {
  private constructor(
    /** As a superuser. */
    readonly url: string,
  ) {}

  /**
   * Makes it, empty, on a server that has none.
   * @param schema of the tables, to which the statements of tests lead then; those of the instances lead there by themselves
   */
  static async create(server: PostgresServer, schema?: string): Promise<AppDatabase> {
    await server.query(`CREATE ROLE ${ROLE} LOGIN`);
    await server.query(`CREATE DATABASE ${NAME} OWNER ${ROLE}`);
    if (schema !== undefined)
      await server.query(`ALTER ROLE postgres IN DATABASE ${NAME} SET search_path = ${schema}, pg_temp`);
    return AppDatabase.on(server);
  }

  /** The one that a server has: a standby, or one that was restored. */
  static on(server: PostgresServer): AppDatabase {
    return new AppDatabase(databaseUrl(server.url(), NAME));
  }

  /** As the role that owns it. */
  get appUrl(): string {
    const url = new URL(this.url);
    url.username = ROLE;
    return url.href;
  }

  /** Removes it with the connections to it, and makes it again, empty. */
  static async recreate(server: PostgresServer): Promise<AppDatabase> {
    await server.query(`DROP DATABASE ${NAME} WITH (FORCE)`);
    await server.query(`CREATE DATABASE ${NAME} OWNER ${ROLE}`);
    return AppDatabase.on(server);
  }
}
