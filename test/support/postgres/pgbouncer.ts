import { chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { freePort } from '../network/free-port.js';
import { ManagedProcess } from '../process/managed-process.js';
import { ManagedService } from '../process/managed-service.js';
import { serviceBinary } from '../process/service-binary.js';
import { unprivilegedUser } from '../process/unprivileged-user.js';
import { waitFor } from '../wait-for.js';

const EXAMPLE = fileURLToPath(new URL('../../../deploy/pgbouncer/pgbouncer.ini', import.meta.url));

/** Where the pgbouncer binary is, installed if need be. Throws MissingServiceError. */
export function pgBouncerPath(): Promise<string> {
  return serviceBinary({ names: ['pgbouncer'], folders: () => ['/usr/sbin'], debianPackage: 'pgbouncer' });
}

/**
 * PgBouncer in transaction mode with the example of the documentation. Addresses and names differ, the test's user needs no
 * password, and few sessions serve many clients.
 */
export class PgBouncer extends ManagedService {
  private constructor(
    process: ManagedProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {
    super(process);
  }

  /**
   * Starts it before a server on 127.0.0.1.
   * @param options `isLenient` drops the setting that the service sends when it has one URL only
   * @throws Error with its output when it does not answer in 30 s
   */
  static async start(serverPort: number, { isLenient = false } = {}): Promise<PgBouncer> {
    const [folder, port] = await Promise.all([makeTemporaryDirectory('pgbouncer'), freePort()]);
    const command = await pgBouncerPath();
    const user = unprivilegedUser();
    const files = {
      'pgbouncer.ini':
        configuration(await readFile(EXAMPLE, 'utf8'), serverPort, port) +
        (isLenient ? 'ignore_startup_parameters = statement_timeout\n' : ''),
      'userlist.txt': '"postgres" ""\n',
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    if (user)
      for (const path of [folder, ...Object.keys(files).map((name) => join(folder, name))])
        await chown(path, user.uid, user.gid);
    const process = await ManagedProcess.spawn({
      command,
      args: ['pgbouncer.ini'],
      cwd: folder,
      user,
      stopSignal: 'SIGTERM',
    });
    const pooler = new PgBouncer(process, folder, port);
    await waitFor(async () => !process.running || (await pooler.show('VERSION')).length > 0, {
      what: 'PgBouncer to answer',
      timeoutMs: 30_000,
    }).catch(() => process.kill9());
    if (!process.running) throw new Error(`PgBouncer did not start:\n${process.output}`);
    return pooler;
  }

  /** The given URL of the server, by way of this pooler. */
  through(url: string): string {
    const pooled = new URL(url);
    pooled.port = String(this.port);
    return pooled.href;
  }

  /** Rows of a SHOW command of its console, such as `CLIENTS`. */
  async show(what: string): Promise<Record<string, unknown>[]> {
    const console = new pg.Client({
      host: '127.0.0.1',
      port: this.port,
      user: 'postgres',
      database: 'pgbouncer',
    });
    console.on('error', () => undefined);
    try {
      await console.connect();
      return (await console.query<Record<string, unknown>>(`SHOW ${what}`)).rows;
    } finally {
      void console.end().catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await removeTemporaryDirectory(this.folder);
  }
}

function configuration(example: string, serverPort: number, port: number): string {
  const changes = [
    ['ergodrive = host=127.0.0.1 port=5432', `* = host=127.0.0.1 port=${serverPort}`],
    ['listen_port = 6432', `listen_port = ${port}`],
    ['auth_type = scram-sha-256', 'auth_type = trust\nadmin_users = postgres'],
    ['default_pool_size = 20', 'default_pool_size = 3'],
    ['query_wait_timeout = 1', 'query_wait_timeout = 30'],
  ] as const;
  return changes.reduce((content, [from, to]) => {
    if (!content.includes(from)) throw new Error(`the example of PgBouncer has no line ${from}`);
    return content.replace(from, to);
  }, example);
}
