import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { VerifierStatus } from '../../../packages/verifier/src/index.js';
import { KeyFile } from '../../../src/keys/key-file.js';
import { api } from '../../support/app/api-client.js';
import type { OAuthClient } from '../../support/app/oauth-client.js';
import { AppProcess } from '../../support/app/app-process.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import { freePort } from '../../support/network/free-port.js';
import { TcpProxy } from '../../support/network/tcp-proxy.js';
import { PostgresServer } from '../../support/postgres/postgres-server.js';
import { RedisServer } from '../../support/redis/redis-server.js';
import { waitFor } from '../../support/wait-for.js';
import { createUsers, openSessions, type TestSession } from '../load/population.js';
import { signAccessBy } from '../load/token-signer.js';
import { AppDatabase } from './app-database.js';
import { type Environment, SHARED_ENVIRONMENT } from './deployment.js';
import { allRecovered, Instance } from './instance.js';
import { LATE_FLUSH } from './late-flush.js';

const REGISTER = new URL('../../support/typescript.register.mjs', import.meta.url).href;
const RECOVERY_TIMEOUT_MS = 30_000;
/** The number of the second instance of the auth service; those between are the services. */
const RESERVE = 4;

/** The auth service with its PostgreSQL and Redis, and services that take its tokens. Each is a process of its own. */
export class ServicesDeployment {
  /** The instance of the auth service that the kit and the others ask. */
  readonly auth: Instance;
  /** Another instance, which the kit can be led to. */
  readonly reserve: Instance;
  /** Of the OAuth client of the services. */
  credentials!: OAuthClient;
  /** Asks the auth service about each token. */
  introspecting!: Instance;
  /** The control: verifies signatures, and learns of no revocation. */
  keySet!: Instance;
  /** Uses the kit. */
  verifying!: Instance;

  private constructor(
    /** The server that the auth service uses. */
    public postgres: PostgresServer,
    readonly redis: RedisServer,
    public database: AppDatabase,
    /** Between the auth service and PostgreSQL. */
    readonly databaseLink: TcpProxy,
    private readonly keys: { readonly dir: string; readonly path: string },
    /** Between the kit and the auth service. */
    readonly link: TcpProxy,
    /** Behind it, for connections that have polled the feed. */
    readonly feedLink: TcpProxy,
    private readonly apps: readonly [AppProcess, AppProcess],
  ) {
    this.auth = new Instance(0, apps[0]);
    this.reserve = new Instance(RESERVE, apps[1]);
  }

  static async start(): Promise<ServicesDeployment> {
    const [postgres, redis, dir, port] = await Promise.all([
      PostgresServer.start({ durability: 'process', args: LATE_FLUSH }),
      RedisServer.start(),
      makeTemporaryDirectory('signing-keys'),
      freePort(),
    ]);
    const database = await AppDatabase.create(postgres);
    const keys = { dir, path: join(dir, 'signing-keys.json') };
    new KeyFile(keys.path).create('ES256');
    const databaseLink = await TcpProxy.start({ port: postgres.port });
    const feedLink = await TcpProxy.start({ port }, { onlyAfter: 'POST /api/v1/events/poll' });
    const link = await TcpProxy.start({ port: feedLink.port });
    const env = {
      ...SHARED_ENVIRONMENT,
      ISSUER_URL: issuerBehind(link),
      SIGNING_KEYS_FILE: keys.path,
      DATABASE_URL: databaseLink.through(database.appUrl),
      REDIS_URL: redis.url,
    };
    const apps = [await AppProcess.start({ port, env }), await AppProcess.start({ env })] as const;
    const servers = [postgres, redis, database, databaseLink] as const;
    const deployment = new ServicesDeployment(...servers, keys, link, feedLink, apps);
    await deployment.startServices();
    await deployment.recovered();
    return deployment;
  }

  get issuer(): string {
    return issuerBehind(this.link);
  }

  /** All services that take tokens. */
  get services(): readonly Instance[] {
    return [this.verifying, this.introspecting, this.keySet];
  }

  /** Sessions of a user each, whose tokens are signed by the key that signs now. */
  async openSessions(count: number): Promise<TestSession[]> {
    const { url } = this.database;
    const sessions = await openSessions(url, await createUsers(url, count), 1);
    return this.signed(sessions);
  }

  async openAdministratorSession(): Promise<TestSession> {
    const { url } = this.database;
    const [session] = this.signed(await openSessions(url, await createUsers(url, 1, 'admin'), 1));
    return session!;
  }

  /** A new key is published, and signs afterwards. The auth service is restarted for each step. */
  async rotateKeys(): Promise<void> {
    const file = new KeyFile(this.keys.path);
    file.add('ES256');
    await this.restartAll();
    file.promote();
    await this.restartAll();
  }

  restartAuth(): Promise<void> {
    return this.apps[0].restart();
  }

  /** Leads the connections of the kit to this instance of the auth service. */
  leadKitTo({ app }: Instance): void {
    this.feedLink.redirect({ port: app.port });
  }

  /** Lets the auth service use another server, which has a copy of the database. */
  moveTo(server: PostgresServer): void {
    this.postgres = server;
    this.database = AppDatabase.on(server);
    this.databaseLink.redirect({ port: server.port });
  }

  async status(): Promise<VerifierStatus> {
    return (await this.verifying.client.get<VerifierStatus>('/status')).body;
  }

  /** Waits until the auth service is healthy and the kit follows the feed. */
  async recovered(): Promise<void> {
    await allRecovered([this.auth, this.reserve]);
    await waitFor(async () => (await this.status()).fresh, {
      what: 'the kit to follow the feed',
      timeoutMs: RECOVERY_TIMEOUT_MS,
    });
  }

  /** Ends what a fault that failed half-way may have left. */
  async repair(): Promise<void> {
    for (const service of [this.redis, this.postgres, ...this.apps, this.verifying.app]) service.thaw();
    await Promise.all([this.link, this.feedLink, this.databaseLink].map((link) => link.pass()));
    if (!this.postgres.running) await this.postgres.restart();
    for (const app of this.apps) if (!app.running) await app.restart();
    this.leadKitTo(this.auth);
  }

  async stop(): Promise<void> {
    const instances = [...this.services, this.auth, this.reserve];
    await Promise.all(instances.map((instance) => instance.stop()));
    const links = [this.link, this.feedLink, this.databaseLink];
    await Promise.all(links.map((link) => link.close()));
    await Promise.all([this.redis.stop(), this.postgres.stop(), removeTemporaryDirectory(this.keys.dir)]);
  }

  private async startServices(): Promise<void> {
    this.credentials = await this.registerClient();
    const { id: CLIENT_ID, secret: CLIENT_SECRET } = this.credentials;
    const env = { CLIENT_ID, CLIENT_SECRET, AUTH_URL: this.apps[0].url };
    const names = ['verifying', 'introspecting', 'key-set'];
    const apps = await Promise.all(names.map((name) => this.startService(name, env)));
    const [verifying, introspecting, keySet] = apps.map((app, index) => new Instance(index + 1, app));
    Object.assign(this, { verifying, introspecting, keySet });
  }

  private startService(name: string, env: Environment): Promise<AppProcess> {
    const entry = fileURLToPath(new URL(`../services/${name}.service.ts`, import.meta.url));
    const options = { NODE_OPTIONS: `--import=${REGISTER}`, ISSUER_URL: issuerBehind(this.link) };
    return AppProcess.start({ entry, env: { ...env, ...options } });
  }

  private async restartAll(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.restart()));
  }

  private async registerClient(): Promise<OAuthClient> {
    const client = api(this.apps[0].url, { token: (await this.openAdministratorSession()).access });
    const { status, body } = await client.post('/api/v1/clients', {
      name: 'services',
      scopes: ['introspection', 'events', 'password'],
    });
    client.close();
    if (status !== 201) throw new Error(`no client, but ${status}: ${JSON.stringify(body)}`);
    return { id: String(body['client_id']), secret: String(body['client_secret']) };
  }

  private signed(sessions: readonly TestSession[]): TestSession[] {
    const [key] = new KeyFile(this.keys.path).keys();
    const issuer = issuerBehind(this.link);
    return sessions.map((session) => ({
      ...session,
      access: signAccessBy(key, issuer, session.user.id, session.id),
    }));
  }
}

const issuerBehind = ({ host, port }: TcpProxy): string => `http://${host}:${port}`;
