import type { AppProcess } from '../../support/app/app-process.js';
import { generateKey } from '../../../src/config/jwk.js';
import { basic } from '../../support/app/oauth-client.js';
import type { ApiClient } from '../../support/app/api-client.js';
import { freePort } from '../../support/network/free-port.js';
import { PostgresServer } from '../../support/postgres/postgres-server.js';
import type { TestDatabase } from '../../support/postgres/test-database.js';
import { RedisServer } from '../../support/redis/redis-server.js';
import type { Credentials, Tokens } from './accounts.js';
import { Deployment } from './deployment.js';
import { keyFile } from './key-files.js';

/** The service as other services see it: one process at its own `ISSUER_URL`, asymmetric keys, and a registered OAuth client. */
export class IssuerDeployment {
  private constructor(
    readonly deployment: Deployment<AppProcess>,
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    private readonly database: TestDatabase,
    /** A client with the token of an admin. */
    readonly admin: ApiClient,
    readonly clientId: string,
    readonly clientSecret: string,
  ) {}

  static async start(): Promise<IssuerDeployment> {
    const [postgres, redis, port] = await Promise.all([
      PostgresServer.start(),
      RedisServer.start(),
      freePort(),
    ]);
    const database = await postgres.createDatabase();
    const own = {
      ISSUER_URL: `http://127.0.0.1:${port}`,
      SIGNING_KEYS_FILE: await keyFile(generateKey('ES256')),
    };
    const deployment = await Deployment.ofProcesses({
      instances: [own],
      port,
      databaseUrl: database.url,
      redisUrl: redis.url,
    });
    await deployment.trusted();
    const { client_id, client_secret } = await deployment.registerClient();
    const admin = await deployment.admin();
    return new IssuerDeployment(deployment, postgres, redis, database, admin, client_id, client_secret);
  }

  get app() {
    return this.deployment.apps[0]!;
  }

  /** `ISSUER_URL`, and the address. */
  get url(): string {
    return this.app.url;
  }

  /** The refresh token of a login through the OAuth client, which introspection calls active for that client. */
  async refreshTokenOfClient({ email, password }: Credentials): Promise<string> {
    const authorization = basic({ id: this.clientId, secret: this.clientSecret });
    const form = new URLSearchParams({ grant_type: 'password', username: email, password });
    const { status, body } = await this.deployment
      .client()
      .send<Tokens>('POST', '/oauth2/token', { body: form, headers: { authorization } });
    expect(status).toBe(200);
    return body.refresh_token;
  }

  async logOut(token: string): Promise<void> {
    const { status } = await this.deployment.client().as(token).post('/api/v1/auth/logout');
    expect(status).toBe(200);
  }

  async changeRole(userId: string, role: string): Promise<void> {
    const { status } = await this.admin.patch(`/api/v1/users/${userId}`, { role });
    expect(status).toBe(200);
  }

  async stop(): Promise<void> {
    await this.deployment.stop();
    await this.database.drop();
    await Promise.all([this.postgres.stop(), this.redis.stop()]);
  }
}
