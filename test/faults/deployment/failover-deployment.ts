import { AppProcess } from '../../support/app/app-process.js';
import { PostgresServer } from '../../support/postgres/postgres-server.js';
import { PostgresStandby } from '../../support/postgres/postgres-standby.js';
import { RedisServer } from '../../support/redis/redis-server.js';
import { waitFor } from '../../support/wait-for.js';
import { AppDatabase } from './app-database.js';
import { SHARED_ENVIRONMENT } from './deployment.js';
import { allRecovered, Instance } from './instance.js';

const INSTANCES = 2;
const IS_SYNCHRONOUS = `SELECT 1 FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')`;

/** A primary with a synchronous standby, and instances whose `DATABASE_URL` names both, the standby first. */
export class FailoverDeployment {
  private constructor(
    readonly primary: PostgresServer,
    readonly standby: PostgresStandby,
    /** On the server that is the primary at the time. */
    public database: AppDatabase,
    readonly redis: RedisServer,
    readonly instances: readonly Instance[],
  ) {}

  static async start(): Promise<FailoverDeployment> {
    const [primary, redis] = await Promise.all([
      PostgresServer.start({ durability: 'process' }),
      RedisServer.start(),
    ]);
    const database = await AppDatabase.create(primary);
    const standby = await PostgresStandby.of(primary);
    await replicateSynchronously(primary);
    const env = {
      ...SHARED_ENVIRONMENT,
      DATABASE_URL: urlOfBoth(database.appUrl, standby.server.port),
      REDIS_URL: redis.url,
    };
    const apps = await Promise.all(Array.from({ length: INSTANCES }, () => AppProcess.start({ env })));
    const instances = apps.map((app, number) => new Instance(number, app));
    const deployment = new FailoverDeployment(primary, standby, database, redis, instances);
    await deployment.recovered();
    return deployment;
  }

  /** The standby becomes the primary. */
  async promote(): Promise<void> {
    await this.standby.promote();
    this.database = AppDatabase.on(this.standby.server);
  }

  recovered(): Promise<void> {
    return allRecovered(this.instances);
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all([this.standby.stop(), this.redis.stop()]);
    await this.primary.stop();
  }
}

/** Nothing that was acknowledged is missing on the standby. */
async function replicateSynchronously(primary: PostgresServer): Promise<void> {
  await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await primary.query('SELECT pg_reload_conf()');
  await waitFor(async () => (await primary.query(IS_SYNCHRONOUS)).length === 1, {
    what: 'the standby to be synchronous',
  });
}

function urlOfBoth(primaryUrl: string, standbyPort: number): string {
  const { host, hostname, username, pathname } = new URL(primaryUrl);
  return `postgresql://${username}@${hostname}:${standbyPort},${host}${pathname}?target_session_attrs=read-write`;
}
