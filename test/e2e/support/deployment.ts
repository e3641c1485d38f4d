import { randomUUID } from 'node:crypto';
import { api, type ApiClient } from '../../support/app/api-client.js';
import { AppProcess } from '../../support/app/app-process.js';
import { HostedApp, type HostedAppOptions } from '../../support/app/hosted-app.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../../support/redis/test-redis.js';
import { waitFor } from '../../support/wait-for.js';
import { Accounts } from './accounts.js';
import { registerOAuthClient } from './oauth-clients.js';

export const ADMIN = { email: 'admin@example.org', password: 'admin-Test1234' };

export interface DeploymentOptions {
  /** One set of additional variables for each instance; one instance by default. */
  instances?: readonly Readonly<Record<string, string>>[];
  /** Instead of a Redis of this deployment's own; `null` configures none. */
  redisUrl?: string | null;
  /** Instead of a database on the shared server. */
  databaseUrl?: string;
  /** Of the first instance, for tests in which its own address is the issuer; a free one by default. */
  port?: number;
  /** For a suite that keeps a process; instances in the process of the suite by default. */
  startApp?: (options: HostedAppOptions) => Promise<RunningApp>;
}

interface RunningApp {
  readonly url: string;
  readonly port: number;
  stop(): Promise<unknown>;
}

/** Instances of the application on one PostgreSQL and one Redis. */
export class Deployment<App extends RunningApp = RunningApp> {
  private constructor(
    readonly apps: readonly App[],
    readonly databaseUrl: string,
    /** The variables that all instances have. */
    readonly environment: Readonly<Record<string, string>>,
    private readonly database: TestDatabase | undefined,
    private readonly redis: TestRedis | undefined,
    private readonly clients: readonly ApiClient[],
  ) {}

  /** Resolves when every instance answers and, if there is a Redis, trusts its cache. */
  static start(options: DeploymentOptions = {}): Promise<Deployment> {
    return Deployment.of(options.startApp ?? ((app) => HostedApp.start(app)), options);
  }

  /** The same with processes of the built application, for suites that kill, freeze or inspect an instance, or read its output. */
  static ofProcesses(options: DeploymentOptions = {}): Promise<Deployment<AppProcess>> {
    return Deployment.of((app) => AppProcess.start(app), options);
  }

  private static async of<App extends RunningApp>(
    startApp: (options: HostedAppOptions) => Promise<App>,
    { instances = [{}], redisUrl, databaseUrl, port }: DeploymentOptions,
  ): Promise<Deployment<App>> {
    const database = databaseUrl === undefined ? await createTestDatabase() : undefined;
    const redis = redisUrl === undefined ? await createTestRedis() : undefined;
    const cache = redis?.url ?? redisUrl;
    const common = {
      DATABASE_URL: database?.url ?? databaseUrl ?? '',
      JWT_SECRET: randomUUID() + randomUUID(),
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      RATE_LIMIT_ENABLED: 'false',
      ...(typeof cache === 'string' ? { REDIS_URL: cache } : {}),
    };
    const apps = await Promise.all(
      instances.map((own, index) =>
        startApp({ env: { ...common, ...own }, port: index === 0 ? port : undefined }),
      ),
    );
    const clients = apps.map((app) => api(app.url));
    const deployment = new Deployment(apps, common.DATABASE_URL, common, database, redis, clients);
    if (redis) await deployment.trusted();
    return deployment;
  }

  /** A client without a token for one instance, the first by default. */
  client(instance = 0): ApiClient {
    const client = this.clients[instance];
    if (client === undefined) throw new RangeError(`there is no instance ${instance}`);
    return client;
  }

  /** Accounts by way of one instance, the first by default. */
  accounts(instance = 0): Accounts {
    return new Accounts(this.client(instance));
  }

  /** A client for one instance with the token of the first admin. */
  async admin(instance = 0): Promise<ApiClient> {
    const { access_token } = await this.accounts(instance).login(ADMIN);
    return this.client(instance).as(access_token);
  }

  /** Registers an OAuth client, as an admin does. */
  async registerClient(): Promise<{ client_id: string; client_secret: string }> {
    const { id, secret } = await registerOAuthClient(await this.admin());
    return { client_id: id, client_secret: secret };
  }

  get redisUrl(): string {
    if (!this.redis) throw new Error('the deployment has no Redis of its own');
    return this.redis.url;
  }

  /** Resolves when every instance trusts its cache. */
  async trusted(timeoutMs = 5000): Promise<void> {
    await Promise.all(this.clients.map((client) => becomes(client, 'healthy', timeoutMs)));
  }

  /** Resolves when no instance trusts its cache. */
  async degraded(): Promise<void> {
    await Promise.all(this.clients.map((client) => becomes(client, 'degraded', 5000)));
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await Promise.all(this.apps.map((app) => app.stop()));
    await this.redis?.stop();
    await this.database?.drop();
  }
}

function becomes(client: ApiClient, status: string, timeoutMs: number): Promise<boolean> {
  return waitFor(async () => (await client.get('/health')).body['status'] === status, {
    what: `an instance to be ${status}`,
    timeoutMs,
  });
}
