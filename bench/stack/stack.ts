import { type KeyObject, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresServer } from '../../test/support/postgres/postgres-server.js';
import { RedisServer } from '../../test/support/redis/redis-server.js';
import {
  makeTemporaryDirectory,
  removeTemporaryDirectory,
} from '../../test/support/files/temporary-directory.js';
import { waitFor } from '../../test/support/wait-for.js';
import { TokenSigner } from '../population/token-signer.js';
import { BenchServer } from './bench-server.js';
import { compileServer } from './compile-server.js';

const APP_NAME = 'ergodrive-bench';
const ISSUER_URL = 'https://issuer.example';
/** Large enough for all users. Checkpoints and vacuum must not run within a round. */
const POSTGRES_SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  max_connections: 300,
};

/** Redis, PostgreSQL and the compiled server. */
export class Stack {
  readonly tokens: TokenSigner;

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    private readonly dir: string,
    private readonly script: string,
    private readonly pinned: boolean,
    private readonly secret: string,
    private readonly serverEnv: Readonly<Record<string, string>>,
  ) {
    this.tokens = new TokenSigner(secret, APP_NAME, ISSUER_URL);
  }

  /**
   * Starts Redis and a durable PostgreSQL, and compiles the server.
   * @param serverEnv settings of the server that differ from the defaults
   */
  static async start(pinned: boolean, serverEnv: Readonly<Record<string, string>> = {}): Promise<Stack> {
    const dir = await makeTemporaryDirectory('bench');
    const [script, postgres, redis] = await Promise.all([
      compileServer(dir),
      PostgresServer.start({ durability: 'machine', args: postgresArguments() }),
      RedisServer.start(),
    ]);
    return new Stack(postgres, redis, dir, script, pinned, randomBytes(48).toString('base64'), serverEnv);
  }

  /** Starts a server on a new database. The server runs the migrations. */
  async startServer(): Promise<{ server: BenchServer; database: pg.Pool; databaseUrl: string }> {
    const { url } = await this.postgres.createDatabase();
    const server = await this.startBeside(url);
    const database = new pg.Pool({ connectionString: url, max: 2 });
    // PostgreSQL may stop while a connection closes. Without a listener, that error would end the process.
    database.on('error', () => undefined);
    return { server, database, databaseUrl: url };
  }

  /** Starts one more server on the database of another. @param env settings that differ from those of the other */
  startBeside(databaseUrl: string, env: Readonly<Record<string, string>> = {}): Promise<BenchServer> {
    return BenchServer.start({
      script: this.script,
      cwd: this.dir,
      pinned: this.pinned,
      env: {
        APP_NAME,
        DATABASE_URL: databaseUrl,
        REDIS_URL: this.redis.url,
        JWT_SECRET: this.secret,
        ISSUER_URL,
        // Each session is refreshed more often than a client would.
        RATE_LIMIT_ENABLED: 'false',
        ...this.serverEnv,
        ...env,
      },
    });
  }

  /** Signs access tokens by a private key instead of the secret. */
  tokensBy(privateKey: KeyObject): TokenSigner {
    return new TokenSigner(this.secret, APP_NAME, ISSUER_URL, privateKey);
  }

  /** Writes a file among those of the servers. @returns its path */
  async writeFile(name: string, text: string): Promise<string> {
    const path = join(this.dir, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  async stopRedis(server: BenchServer): Promise<void> {
    await this.redis.kill9();
    await waitFor(async () => !(await server.isCacheTrusted()), {
      what: 'the server to detect that Redis is down',
    });
  }

  /** Restarts Redis without its data. */
  async restartRedis(server: BenchServer): Promise<void> {
    await this.redis.restart({ keepData: false });
    await waitFor(() => server.isCacheTrusted(), { what: 'the cache to be trusted again' });
  }

  async stop(): Promise<void> {
    await Promise.all([this.postgres.stop(), this.redis.stop()]);
    await removeTemporaryDirectory(this.dir);
  }
}

function postgresArguments(): string[] {
  return Object.entries(POSTGRES_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
