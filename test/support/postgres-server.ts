import type { QueryResultRow } from 'pg';
import { freePort } from './free-port.js';
import { ManagedProcess } from './managed-process.js';
import {
  initializeCluster,
  postgresPath,
  postmasterArguments,
  removeSharedMemory,
} from './postgres-cluster.js';
import { sql } from './sql.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './temporary-directory.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { unprivilegedUser } from './unprivileged-user.js';
import { waitFor } from './wait-for.js';

export interface PostgresServerOptions {
  /** Commits survive a crash, as in production. Off by default, for speed. */
  durable?: boolean;
  /** A free port by default. */
  port?: number;
  /** More settings: `['-c', 'max_connections=10']`. They win over the defaults. */
  args?: readonly string[];
}

/** A private PostgreSQL cluster on 127.0.0.1 that a test may kill and freeze. */
export class PostgresServer {
  private constructor(
    private process: ManagedProcess,
    private readonly dir: string,
    private readonly data: string,
    private readonly args: readonly string[],
    readonly port: number,
  ) {}

  /** Makes a new cluster, starts it and waits until it answers. Throws with its log if it does not in 30 s. */
  static async start({
    durable = false,
    args: more = [],
    ...options
  }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const dir = await makeTemporaryDirectory('postgres');
    // Where the package is installed just now, it brings the user.
    await postgresPath();
    const user = unprivilegedUser();
    const data = await initializeCluster(dir, user);
    const port = options.port ?? (await freePort());
    const args = [...postmasterArguments(data, dir, port, durable), ...more];
    return new PostgresServer(await launch(args, dir, postgresUrl(port)), dir, data, args, port);
  }

  /** The URL of a database, `postgres` by default. */
  url(database = 'postgres'): string {
    return postgresUrl(this.port, database);
  }

  /** The postmaster's. */
  get pid(): number {
    return this.process.pid;
  }

  get running(): boolean {
    return this.process.running;
  }

  /** The log of the current process. */
  get output(): string {
    return this.process.output;
  }

  createDatabase(): Promise<TestDatabase> {
    return createTestDatabase(this.url());
  }

  /** Runs one statement on a connection of its own. Throws when no answer comes in 10 s. */
  query<Row extends QueryResultRow>(
    statement: string,
    values: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<Row[]> {
    return sql<Row>(this.url(database), statement, values);
  }

  /** SIGKILL for the postmaster and all its backends at one moment: a crash, and recovery at the next start. */
  async kill9(): Promise<void> {
    await this.process.kill9();
  }

  /** SIGSTOP for the postmaster and all its backends: the port accepts connections, nothing answers. */
  freeze(): void {
    this.process.freeze();
  }

  thaw(): void {
    this.process.thaw();
  }

  /** Ends it in good order if it runs, and starts it again on the same port with the same data. */
  async restart(): Promise<void> {
    await this.process.stop();
    this.process = await launch(this.args, this.dir, this.url());
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await this.process.stop();
    await removeSharedMemory(this.data);
    await removeTemporaryDirectory(this.dir);
  }
}

function postgresUrl(port: number, database = 'postgres'): string {
  return `postgresql://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function launch(args: readonly string[], cwd: string, url: string): Promise<ManagedProcess> {
  const command = await postgresPath();
  // SIGINT is PostgreSQL's "fast" shutdown: it ends its clients' connections instead of waiting for them.
  const postgres = await ManagedProcess.spawn({
    command,
    args,
    cwd,
    user: unprivilegedUser(),
    stopSignal: 'SIGINT',
  });
  const answers = async (): Promise<boolean> =>
    !postgres.running || (await sql(url, 'SELECT 1')).length === 1;
  await waitFor(answers, { what: 'PostgreSQL to answer', timeoutMs: 30_000 }).catch(() => postgres.kill9());
  if (!postgres.running) throw new Error(`PostgreSQL did not start:\n${postgres.output}`);
  return postgres;
}
