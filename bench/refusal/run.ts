import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { ExampleApi } from '../../test/e2e/support/example-api.js';
import { api } from '../../test/support/app/api-client.js';
import { AppProcess } from '../../test/support/app/app-process.js';
import { SigningKeysFile } from '../../test/support/feed/signing-keys-file.js';
import { freePort } from '../../test/support/network/free-port.js';
import { PostgresServer } from '../../test/support/postgres/postgres-server.js';
import { RedisServer } from '../../test/support/redis/redis-server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { printTimeToRefusal } from './time-to-refusal.js';

const ADMIN = { email: 'admin@example.org', password: 'admin-Test1234' };

/**
 * `npm run bench:refusal` measures how long an access token is accepted after its logout: by another instance of the service, and by
 * services of other teams that check it as the examples do. The logout goes to one instance, and all others follow another one.
 */
async function main(): Promise<void> {
  const [postgres, redis, keys, port] = await Promise.all([
    PostgresServer.start(),
    RedisServer.start(),
    SigningKeysFile.create(),
    freePort(),
  ]);
  const { url: databaseUrl } = await postgres.createDatabase();
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    SIGNING_KEYS_FILE: keys.path,
    JWT_SECRET: randomUUID() + randomUUID(),
    ISSUER_URL: `http://127.0.0.1:${port}`,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    RATE_LIMIT_ENABLED: 'false',
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
  };
  const apps = await Promise.all([AppProcess.start({ env, port }), AppProcess.start({ env })]);
  const [issuer, other] = [api(apps[0].url), api(apps[1].url)];
  const examples: ExampleApi[] = [];
  try {
    for (const client of [issuer, other])
      await waitFor(async () => (await client.get('/health')).body['status'] === 'healthy', {
        what: 'an instance to trust its cache',
        timeoutMs: 20_000,
      });
    const login = async () => {
      const { body } = await issuer.post<{ access_token: string }>('/api/v1/auth/login/json', ADMIN);
      return body.access_token;
    };
    const { body } = await issuer
      .as(await login())
      .post<{ client_id: string; client_secret: string }>('/api/v1/clients', { name: 'bench' });
    const credentials = { url: apps[0].url, clientId: body.client_id, clientSecret: body.client_secret };
    for (const file of ['introspection/main.mjs', 'verifier-nestjs/main.ts'])
      examples.push(await ExampleApi.start(file, credentials));

    const measure = (name: string, statusFor: (token: string) => Promise<number>) =>
      printTimeToRefusal({
        name,
        logIn: async () => {
          const token = await login();
          return {
            isAccepted: async () => {
              const status = await statusFor(token);
              if (status !== 200 && status !== 401) throw new Error(`${name} answered ${status}`);
              return status === 200;
            },
            logOut: async () => {
              const { status } = await other.as(token).post('/api/v1/auth/logout');
              if (status !== 200) throw new Error(`a logout was answered with ${status}`);
            },
          };
        },
      });
    const statusAt = (path: string) => async (token: string) => (await issuer.as(token).get(path)).status;
    await measure('the service, another instance', statusAt('/api/v1/users/me'));
    for (const [index, name] of ['introspection', 'the verifier in NestJS'].entries())
      await measure(name, async (token) => (await examples[index]?.orders(token))?.status ?? 0);
    console.log(`Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await Promise.all(examples.map((example) => example.stop()));
    for (const client of [issuer, other]) client.close();
    await Promise.all(apps.map((app) => app.stop()));
    await Promise.all([postgres.stop(), redis.stop(), keys.remove()]);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
