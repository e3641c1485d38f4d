import { AppProcess } from '../../support/app/app-process.js';
import { PostgresServer } from '../../support/postgres/postgres-server.js';
import { TcpProxy } from '../../support/network/tcp-proxy.js';
import { waitFor } from '../../support/wait-for.js';
import { AppDatabase } from './app-database.js';
import { SHARED_ENVIRONMENT } from './deployment.js';
import { Instance } from './instance.js';

const RECOVERY_TIMEOUT_MS = 20_000;

/** Two instances without Redis. Each sees that the other has a memory of its own, so neither uses its memory. */
export class MemoryDeployment {
  private constructor(
    private readonly postgres: PostgresServer,
    readonly database: AppDatabase,
    /** Links to PostgreSQL, by number of the instance. */
    readonly databaseLinks: readonly TcpProxy[],
    readonly instances: readonly Instance[],
  ) {}

  static async start(): Promise<MemoryDeployment> {
    const postgres = await PostgresServer.start({ durability: 'process' });
    const database = await AppDatabase.create(postgres);
    const links = await Promise.all([0, 1].map(() => TcpProxy.start({ port: postgres.port })));
    const apps = await Promise.all(
      links.map((link) =>
        AppProcess.start({ env: { ...SHARED_ENVIRONMENT, DATABASE_URL: link.through(database.appUrl) } }),
      ),
    );
    const instances = apps.map((app, number) => new Instance(number, app));
    const deployment = new MemoryDeployment(postgres, database, links, instances);
    await deployment.recovered();
    return deployment;
  }

  /** Waits until both follow the invalidation log, and neither uses its memory. */
  async recovered(): Promise<void> {
    const isRecovered = async ({ client }: Instance) => {
      const { body } = await client.get<{ status: string; database: { following_log?: boolean } }>('/health');
      return body.status === 'degraded' && body.database.following_log === true;
    };
    await waitFor(async () => (await Promise.all(this.instances.map(isRecovered))).every(Boolean), {
      what: 'both instances to follow and neither to use its memory',
      timeoutMs: RECOVERY_TIMEOUT_MS,
    });
  }

  /** Ends what a fault that failed half-way may have left. */
  async repair(): Promise<void> {
    for (const { app } of this.instances) app.thaw();
    await Promise.all(this.databaseLinks.map((link) => link.pass()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all(this.databaseLinks.map((link) => link.close()));
    await this.postgres.stop();
  }
}
