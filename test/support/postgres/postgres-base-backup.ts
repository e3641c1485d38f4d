import { execFile } from 'node:child_process';
import { chown, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { type SystemUser, unprivilegedUser } from '../process/unprivileged-user.js';
import { postgresProgram } from './postgres-cluster.js';
import type { PostgresServer } from './postgres-server.js';

const run = promisify(execFile);

/** A backup of a whole cluster, made by `pg_basebackup` while the server runs. */
export class PostgresBaseBackup {
  private constructor(private readonly dir: string) {}

  static async of(server: PostgresServer): Promise<PostgresBaseBackup> {
    const dir = await makeTemporaryDirectory('base-backup');
    const user = unprivilegedUser();
    if (user) await chown(dir, user.uid, user.gid);
    const source = ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'postgres'];
    const options = ['-D', join(dir, 'data'), '--checkpoint=fast', '--wal-method=stream', '--no-sync'];
    await run(await postgresProgram('pg_basebackup'), [...source, ...options], { ...user, cwd: dir });
    return new PostgresBaseBackup(dir);
  }

  /** Makes the data folder of a new server: `PostgresServer.start({ createData: backup.restore })`. */
  readonly restore = async (dir: string, user: SystemUser | undefined): Promise<string> => {
    if (user) await chown(dir, user.uid, user.gid);
    const data = join(dir, 'data');
    await cp(join(this.dir, 'data'), data, { recursive: true, preserveTimestamps: true });
    if (user) await run('chown', ['-R', `${user.uid}:${user.gid}`, data]);
    return data;
  };

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.dir);
  }
}
