import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DataFolderLock } from './data-folder-lock.js';

/**
 * PostgreSQL inside this process, for a start with nothing installed: the same driver and the same SQL as with a server,
 * one connection, data under a folder that one process owns at a time.
 */
export class EmbeddedPostgres {
  private constructor(
    private readonly server: PGLiteSocketServer,
    private readonly database: PGlite,
    private readonly lock: DataFolderLock,
  ) {}

  /** @throws Error when another living process uses the folder, or the folder cannot hold the lock */
  static async start(dataDir: string): Promise<EmbeddedPostgres> {
    mkdirSync(dataDir, { recursive: true });
    const lock = await DataFolderLock.take(dataDir);
    try {
      return await EmbeddedPostgres.open(dataDir, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get url(): string {
    return `postgresql://postgres:postgres@${this.server.getServerConn()}/postgres?sslmode=disable`;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.database.close();
    await this.lock.release();
  }

  private static async open(dataDir: string, lock: DataFolderLock): Promise<EmbeddedPostgres> {
    const database = await PGlite.create(join(dataDir, 'postgres'));
    // One process, which applies its own changes: nobody follows the log.
    await database.exec(`SET ergodrive.invalidation_log = 'off'`);
    // The pool holds one connection; the places beside it are for one that is closing while the next opens.
    const server = new PGLiteSocketServer({ db: database, port: 0, host: '127.0.0.1', maxConnections: 4 });
    await server.start();
    return new EmbeddedPostgres(server, database, lock);
  }
}
