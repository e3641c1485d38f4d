import { AppProcess } from '../support/app-process.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { TestDatabase } from '../support/test-database.js';
import { allRecovered, Instance } from './instance.js';
import { JWT_SECRET } from './token-signer.js';

/** What every instance of a run has in common. The query timeout is shorter than the default, to wait less for it. */
export const SHARED_ENVIRONMENT = {
  JWT_SECRET,
  RATE_LIMIT_ENABLED: 'false',
  SESSIONS_PER_USER: '1000',
  DATABASE_TIMEOUT_MS: '2000',
};

const END_LISTENERS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%-follower'`;

/** A private PostgreSQL and Redis, and instances of the built app, each with a link of its own to Redis. */
export class House {
  private constructor(
    readonly postgres: PostgresServer,
    readonly database: TestDatabase,
    readonly redis: RedisServer,
    /** Links to Redis, by number of the instance. */
    readonly links: readonly TcpProxy[],
    readonly instances: readonly Instance[],
  ) {}

  static async start(instanceCount: number): Promise<House> {
    const [postgres, redis] = await Promise.all([
      PostgresServer.start({ durable: true }),
      RedisServer.start(),
    ]);
    const database = await postgres.createDatabase();
    const numbers = Array.from({ length: instanceCount }, (_, number) => number);
    const links = await Promise.all(numbers.map(() => TcpProxy.start({ port: redis.port })));
    const apps = await Promise.all(
      links.map((link) =>
        AppProcess.start({
          env: { ...SHARED_ENVIRONMENT, DATABASE_URL: database.url, REDIS_URL: link.through(redis.url) },
        }),
      ),
    );
    const instances = apps.map((app, number) => new Instance(number, app));
    const house = new House(postgres, database, redis, links, instances);
    await house.recovered();
    return house;
  }

  /** Waits until every instance is well. */
  recovered(): Promise<void> {
    return allRecovered(this.instances);
  }

  /** Ends the connections on which instances listen for invalidations; they come back by themselves. */
  async endListeners(): Promise<void> {
    await this.postgres.query(END_LISTENERS);
  }

  /** Ends what a fault that failed half-way may have left. */
  async mend(): Promise<void> {
    this.redis.thaw();
    this.postgres.thaw();
    await Promise.all(this.links.map((link) => link.pass()));
    if (!this.postgres.running) await this.postgres.restart();
    if (!this.redis.running) await this.redis.restart({ keepData: false });
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all(this.links.map((link) => link.close()));
    await this.database.drop();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }
}
