import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresProgram } from './postgres-cluster.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';

const run = promisify(execFile);

/** Restores until the locks of running instances are not in the way. Each deadlock undoes a restore as a whole. */
const RESTORES = 5;

/** A backup of one database, made by `pg_dump`. */
export class PostgresDump {
  private constructor(
    private readonly dir: string,
    private readonly file: string,
  ) {}

  /** @param url of the database, as a superuser */
  static async of(url: string): Promise<PostgresDump> {
    const dir = await makeTemporaryDirectory('dump');
    const file = join(dir, 'database.dump');
    await run(await postgresProgram('pg_dump'), ['--format=custom', '--file', file, url]);
    return new PostgresDump(dir, file);
  }

  /**
   * Restores it into a database, in one transaction. Instances that run may lock the tables in another order; after a deadlock with one it is
   * repeated, as `docs/backup-and-restore.md` says.
   *
   * @param url of the database, as a superuser; roles that own something must exist there
   * @param options `clean` replaces what the database holds; without it the database must be empty
   * @throws Error with the output of pg_restore when anything fails
   */
  async restore(url: string, { clean = false } = {}): Promise<void> {
    const options = ['--single-transaction', ...(clean ? ['--clean', '--if-exists'] : [])];
    const program = await postgresProgram('pg_restore');
    for (let restore = 1; ; restore++) {
      try {
        await run(program, [...options, '--dbname', url, this.file]);
        return;
      } catch (error) {
        if (restore === RESTORES || !String(error).includes('deadlock detected')) throw error;
      }
    }
  }

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.dir);
  }
}
