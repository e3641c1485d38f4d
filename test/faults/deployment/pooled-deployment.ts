import { AppProcess } from '../../support/app/app-process.js';
import { TcpProxy } from '../../support/network/tcp-proxy.js';
import { PgBouncer } from '../../support/postgres/pgbouncer.js';
import { PostgresServer } from '../../support/postgres/postgres-server.js';
import { RedisServer } from '../../support/redis/redis-server.js';
import { AppDatabase } from './app-database.js';
import { SHARED_ENVIRONMENT } from './deployment.js';
import { allRecovered, Instance } from './instance.js';

const INSTANCES = 2;

/** Instances with two URLs: `DATABASE_URL` leads to PgBouncer, `DATABASE_DIRECT_URL` to PostgreSQL. */
export class PooledDeployment {
  private constructor(
    readonly postgres: PostgresServer,
    private readonly pooler: PgBouncer,
    readonly database: AppDatabase,
    readonly redis: RedisServer,
    /** Links to PgBouncer, by number of the instance. */
    readonly poolerLinks: readonly TcpProxy[],
    /** Links to PostgreSQL, by number of the instance. */
    readonly directLinks: readonly TcpProxy[],
    readonly instances: readonly Instance[],
  ) {}

  static async start(): Promise<PooledDeployment> {
    const [postgres, redis] = await Promise.all([
      PostgresServer.start({ durability: 'process' }),
      RedisServer.start(),
    ]);
    const database = await AppDatabase.create(postgres);
    const pooler = await PgBouncer.start(postgres.port);
    const poolerPort = Number(new URL(pooler.through(database.url)).port);
    const numbers = Array.from({ length: INSTANCES }, (_, number) => number);
    const proxiesOf = (port: number) => Promise.all(numbers.map(() => TcpProxy.start({ port })));
    const [poolerLinks, directLinks] = [await proxiesOf(poolerPort), await proxiesOf(postgres.port)];
    const apps = await Promise.all(
      numbers.map((number) =>
        AppProcess.start({
          env: {
            ...SHARED_ENVIRONMENT,
            // PgBouncer knows the superuser alone.
            DATABASE_URL: poolerLinks[number]!.through(database.url),
            DATABASE_DIRECT_URL: directLinks[number]!.through(database.url),
            REDIS_URL: redis.url,
          },
        }),
      ),
    );
    const instances = apps.map((app, number) => new Instance(number, app));
    const deployment = new PooledDeployment(
      postgres,
      pooler,
      database,
      redis,
      poolerLinks,
      directLinks,
      instances,
    );
    await deployment.recovered();
    return deployment;
  }

  recovered(): Promise<void> {
    return allRecovered(this.instances);
  }

  /** Ends what a fault that failed half-way may have left. */
  async repair(): Promise<void> {
    await Promise.all([...this.poolerLinks, ...this.directLinks].map((link) => link.pass()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all([...this.poolerLinks, ...this.directLinks].map((link) => link.close()));
    await this.pooler.stop();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }
}
