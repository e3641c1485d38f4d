import { AppProcess } from '../../support/app/app-process.js';
import { PostgresServer, type PostgresServerOptions } from '../../support/postgres/postgres-server.js';
import { RedisServer, type RedisServerOptions } from '../../support/redis/redis-server.js';
import { TcpProxy } from '../../support/network/tcp-proxy.js';
import { AppDatabase } from './app-database.js';
import { allRecovered, Instance } from './instance.js';
import { BROWSER_ENVIRONMENT } from '../load/browser-users.js';
import { JWT_SECRET } from '../load/token-signer.js';

export type Environment = Readonly<Record<string, string>>;

/**
 * What every instance of a run has in common. Half of the time limit of the database is for a statement: on a busy machine a
 * statement takes up to a second, and a 503 for it would be no answer to the fault.
 */
export const SHARED_ENVIRONMENT: Environment = {
  JWT_SECRET,
  RATE_LIMIT_ENABLED: 'false',
  SESSIONS_PER_USER: '1000',
  DATABASE_TIMEOUT_MS: '4000',
  // Thousands of them would push the lines about a fault out of the kept output.
  LOG_REQUESTS: 'false',
  ...BROWSER_ENVIRONMENT,
};

export interface DeploymentOptions {
  instances: number;
  postgres?: PostgresServerOptions;
  redis?: RedisServerOptions;
  /** `DATABASE_SCHEMA` of all instances; the default by default. */
  schema?: string;
  /** What the environment of an instance has beside the shared one. */
  environment?: (instance: number) => Environment;
}

const END_FOLLOWERS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%-follower'`;

/** A private PostgreSQL and Redis, and instances of the built app, each with a link of its own to either. */
export class Deployment {
  private constructor(
    /** The server that the instances use. */
    public postgres: PostgresServer,
    public database: AppDatabase,
    readonly redis: RedisServer,
    /** Links to Redis, by number of the instance. */
    readonly links: readonly TcpProxy[],
    /** Links to PostgreSQL, by number of the instance. */
    readonly databaseLinks: readonly TcpProxy[],
    readonly instances: readonly Instance[],
  ) {}

  static async start(options: DeploymentOptions): Promise<Deployment> {
    const [postgres, redis] = await Promise.all([
      PostgresServer.start({ durability: 'process', ...options.postgres }),
      RedisServer.start(options.redis),
    ]);
    const database = await AppDatabase.create(postgres, options.schema);
    const numbers = Array.from({ length: options.instances }, (_, number) => number);
    const proxiesOf = (port: number) => Promise.all(numbers.map(() => TcpProxy.start({ port })));
    const links = await proxiesOf(redis.port);
    const databaseLinks = await proxiesOf(postgres.port);
    const apps = await Promise.all(
      numbers.map((number) =>
        AppProcess.start({
          env: {
            ...SHARED_ENVIRONMENT,
            ...(options.schema && { DATABASE_SCHEMA: options.schema }),
            DATABASE_URL: databaseLinks[number]!.through(database.appUrl),
            REDIS_URL: links[number]!.through(redis.url),
            ...options.environment?.(number),
          },
        }),
      ),
    );
    const instances = apps.map((app, number) => new Instance(number, app));
    const deployment = new Deployment(postgres, database, redis, links, databaseLinks, instances);
    await deployment.recovered();
    return deployment;
  }

  /** Waits until every instance is healthy. */
  recovered(): Promise<void> {
    return allRecovered(this.instances);
  }

  /** Ends the connections on which instances follow the invalidation log; they come back by themselves. */
  async endFollowers(): Promise<void> {
    await this.postgres.query(END_FOLLOWERS);
  }

  /** Lets all instances use another server, which has a copy of the database. */
  moveTo(server: PostgresServer): void {
    this.postgres = server;
    this.database = AppDatabase.on(server);
    for (const link of this.databaseLinks) link.redirect({ port: server.port });
  }

  /** Ends what a fault that failed half-way may have left. */
  async repair(): Promise<void> {
    this.redis.thaw();
    this.postgres.thaw();
    for (const { app } of this.instances) app.thaw();
    await Promise.all([...this.links, ...this.databaseLinks].map((link) => link.pass()));
    for (const link of this.databaseLinks) link.redirect({ port: this.postgres.port });
    if (!this.postgres.running) await this.postgres.restart();
    if (!this.redis.running) await this.redis.restart({ keepData: false });
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all([...this.links, ...this.databaseLinks].map((link) => link.close()));
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }
}
