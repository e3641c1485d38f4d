import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { PostgresServer } from '../../test/support/postgres-server.js';
import { RedisServer } from '../../test/support/redis-server.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../../test/support/temporary-directory.js';
import { waitFor } from '../../test/support/wait-for.js';
import { TokenPress } from '../population/token-press.js';
import { BenchServer } from './bench-server.js';
import { compileServer } from './compile-server.js';

const APP_NAME = 'ergodrive-bench';
/** Room for a million users; checkpoints and vacuum run when the benchmark says so, not in the midst of a round. */
const POSTGRES_SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
};

/** Services and server: what is measured, and where. */
export class Stack {
  readonly tokens: TokenPress;

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    private readonly dir: string,
    private readonly script: string,
    private readonly pinned: boolean,
    private readonly secret: string,
    private readonly serverEnv: Readonly<Record<string, string>>,
  ) {
    this.tokens = new TokenPress(secret, APP_NAME);
  }

  /** Starts Redis and PostgreSQL, the latter as durable as in production, and compiles the server, whose settings are the defaults but for these. */
  static async start(pinned: boolean, serverEnv: Readonly<Record<string, string>> = {}): Promise<Stack> {
    const dir = await makeTemporaryDirectory('bench');
    const [script, postgres, redis] = await Promise.all([
      compileServer(dir),
      PostgresServer.start({ durable: true, args: postgresArguments() }),
      RedisServer.start(),
    ]);
    return new Stack(postgres, redis, dir, script, pinned, randomBytes(48).toString('base64'), serverEnv);
  }

  /** Starts the server on a database of its own, which it migrates. */
  async startServer(
    nodeOptions: readonly string[] = [],
  ): Promise<{ server: BenchServer; database: pg.Pool }> {
    const { url } = await this.postgres.createDatabase();
    const server = await BenchServer.start({
      script: this.script,
      cwd: this.dir,
      pinned: this.pinned,
      env: {
        APP_NAME,
        DATABASE_URL: url,
        REDIS_URL: this.redis.url,
        JWT_SECRET: this.secret,
        ...this.serverEnv,
      },
      nodeOptions,
    });
    const database = new pg.Pool({ connectionString: url, max: 2 });
    // A connection that is closing while PostgreSQL stops has nobody else to tell.
    database.on('error', () => undefined);
    return { server, database };
  }

  async stopRedis(server: BenchServer): Promise<void> {
    await this.redis.kill9();
    await waitFor(async () => !(await server.isTrusting()), {
      what: 'the server to notice that Redis is down',
    });
  }

  /** Starts it empty. */
  async restartRedis(server: BenchServer): Promise<void> {
    await this.redis.restart({ keepData: false });
    await waitFor(() => server.isTrusting(), { what: 'the server to trust its cache again' });
  }

  async stop(): Promise<void> {
    await Promise.all([this.postgres.stop(), this.redis.stop()]);
    await removeTemporaryDirectory(this.dir);
  }
}

function postgresArguments(): string[] {
  return Object.entries(POSTGRES_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
