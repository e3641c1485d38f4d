import type { QueryResultRow } from 'pg';
import { freePort } from '../network/free-port.js';
import { ManagedProcess } from '../process/managed-process.js';
import { ManagedService } from '../process/managed-service.js';
import {
  type Durability,
  initializeCluster,
  postgresPath,
  postmasterArguments,
  removeSharedMemory,
} from './postgres-cluster.js';
import { sql } from './sql.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { createEmptyDatabase, type TestDatabase } from './test-database.js';
import { type SystemUser, unprivilegedUser } from '../process/unprivileged-user.js';
import { waitFor } from '../wait-for.js';

export interface PostgresServerOptions {
  /** `none` by default, for speed. */
  durability?: Durability;
  /** A free port by default. */
  port?: number;
  /** More settings: `['-c', 'max_connections=10']`. They win over the defaults. */
  args?: readonly string[];
  /** Added to the environment of its processes. */
  env?: Readonly<Record<string, string>>;
  /** Where it keeps its files; a private folder, removed on `stop()`, by default. */
  dir?: string;
  /** Makes the data folder `<dir>/data` as this user and returns its path. An empty cluster by default. */
  createData?: (dir: string, user: SystemUser | undefined) => Promise<string>;
}

/** A private PostgreSQL cluster on 127.0.0.1 that a test may kill and freeze. */
export class PostgresServer extends ManagedService {
  private constructor(
    process: ManagedProcess,
    private readonly dir: string,
    private readonly ownsDir: boolean,
    private readonly data: string,
    private readonly args: readonly string[],
    private readonly env: Readonly<Record<string, string>>,
    readonly port: number,
  ) {
    super(process);
  }

  /** Makes a new cluster, starts it and waits until it answers. Throws with its log if it does not in 30 s. */
  static async start({
    durability = 'none',
    args: more = [],
    env = {},
    createData = initializeCluster,
    ...options
  }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const dir = options.dir ?? (await makeTemporaryDirectory('postgres'));
    // Where the package is installed just now, it brings the user.
    await postgresPath();
    const user = unprivilegedUser();
    const data = await createData(dir, user);
    const port = options.port ?? (await freePort());
    const args = [...postmasterArguments(data, dir, port, durability), ...more];
    const process = await launch(args, env, dir, postgresUrl(port));
    return new PostgresServer(process, dir, options.dir === undefined, data, args, env, port);
  }

  /** The URL of a database, `postgres` by default. */
  url(database = 'postgres'): string {
    return postgresUrl(this.port, database);
  }

  createDatabase(): Promise<TestDatabase> {
    return createEmptyDatabase(this.url());
  }

  /** Runs one statement on a connection of its own. Throws when no answer comes in 10 s. */
  query<Row extends QueryResultRow>(
    statement: string,
    values: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<Row[]> {
    return sql<Row>(this.url(database), statement, values);
  }

  /** Ends it in good order. Its data stay. */
  async shutDown(): Promise<void> {
    await this.process.stop();
  }

  /** Ends it in good order if it runs, and starts it again on the same port with the same data. */
  async restart(): Promise<void> {
    await this.shutDown();
    this.process = await launch(this.args, this.env, this.dir, this.url());
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await this.process.stop();
    await removeSharedMemory(this.data);
    if (this.ownsDir) await removeTemporaryDirectory(this.dir);
  }
}

function postgresUrl(port: number, database = 'postgres'): string {
  return `postgresql://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function launch(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  url: string,
): Promise<ManagedProcess> {
  const command = await postgresPath();
  // SIGINT is PostgreSQL's "fast" shutdown: it ends its clients' connections instead of waiting for them.
  const postgres = await ManagedProcess.spawn({
    command,
    args,
    cwd,
    env: { ...process.env, ...env },
    user: unprivilegedUser(),
    stopSignal: 'SIGINT',
  });
  const answers = async (): Promise<boolean> =>
    !postgres.running || (await sql(url, 'SELECT 1')).length === 1;
  await waitFor(answers, { what: 'PostgreSQL to answer', timeoutMs: 30_000 }).catch(() => postgres.kill9());
  if (!postgres.running) throw new Error(`PostgreSQL did not start:\n${postgres.output}`);
  return postgres;
}
