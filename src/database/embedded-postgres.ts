import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/**
 * PostgreSQL inside this process, for a start with nothing installed: the same driver and the same SQL as with a server,
 * one connection, data under a folder that one process owns at a time.
 */
export class EmbeddedPostgres {
  private constructor(
    private readonly server: PGLiteSocketServer,
    private readonly database: PGlite,
    private readonly lockFile: string,
  ) {}

  /** @throws Error when another living process uses the folder */
  static async start(dataDir: string): Promise<EmbeddedPostgres> {
    mkdirSync(dataDir, { recursive: true });
    const lockFile = join(dataDir, 'postgres.lock');
    takeLock(lockFile);
    const database = await PGlite.create(join(dataDir, 'postgres'));
    // One process, which applies its own changes: nobody follows the log.
    await database.exec(`SET ergodrive.invalidation_log = 'off'`);
    // The pool holds one connection; the places beside it are for one that is closing while the next opens.
    const server = new PGLiteSocketServer({ db: database, port: 0, host: '127.0.0.1', maxConnections: 4 });
    await server.start();
    return new EmbeddedPostgres(server, database, lockFile);
  }

  get url(): string {
    return `postgresql://postgres:postgres@${this.server.getServerConn()}/postgres?sslmode=disable`;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.database.close();
    rmSync(this.lockFile, { force: true });
  }
}

function takeLock(file: string): void {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner !== process.pid && isAlive(owner)) {
      throw new Error(
        `The embedded database is in use by process ${owner}. Stop it, or set DATA_DIR to another folder, ` +
          'or set DATABASE_URL to a PostgreSQL server that several processes can share.',
        { cause: error },
      );
    }
    writeFileSync(file, String(process.pid));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
