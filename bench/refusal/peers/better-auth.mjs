// How long a login of better-auth is accepted after its logout, with PostgreSQL and two instances. How to run it: docs/comparison.md.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import pg from 'pg';
import { PostgresServer } from '../../../test/support/postgres/postgres-server.js';
import { printTimeToRefusal } from '../time-to-refusal.js';

const ADA = { email: 'ada@example.org', password: 'correct horse battery', name: 'Ada' };
const MINUTE_MS = 60_000;
const postgres = await PostgresServer.start();

/** One name for all instances, as behind a load balancer. */
const baseURL = 'http://auth.example';

async function startInstance(pool, options) {
  const auth = betterAuth({
    database: pool,
    secret: 'bench-secret-bench-secret-bench-secret',
    baseURL,
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    ...options,
  });
  await (await getMigrations(auth.options)).runMigrations();
  const server = createServer(toNodeHandler(auth)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/api/auth`, close: () => server.close() };
}

async function post(instance, path, body, cookie) {
  const headers = { 'content-type': 'application/json', origin: baseURL, ...(cookie && { cookie }) };
  const response = await fetch(instance.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
  return response;
}

const get = async ({ url }, path, cookie) => (await fetch(url + path, { headers: { cookie } })).json();

async function measure(name, options, measurement, checkOf) {
  const { url } = await postgres.createDatabase();
  const pool = new pg.Pool({ connectionString: url });
  const [one, other] = [await startInstance(pool, options), await startInstance(pool, options)];
  await post(one, '/sign-up/email', ADA);
  await printTimeToRefusal({
    name,
    ...measurement,
    async logIn() {
      const { headers } = await post(one, '/sign-in/email', ADA);
      // A copy of all cookies: of a second tab, of a request under way, or of a thief.
      const cookie = headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ');
      return { isAccepted: await checkOf(one, cookie), logOut: () => post(other, '/sign-out', {}, cookie) };
    },
  });
  one.close();
  other.close();
  await pool.end();
}

const bySession = async (instance, cookie) => async () =>
  (await get(instance, '/get-session', cookie)) !== null;

/** As another service verifies it: by the public keys alone. */
async function byPublicKeys(instance, cookie) {
  const { token } = await get(instance, '/token', cookie);
  const keys = createRemoteJWKSet(new URL(`${instance.url}/jwks`));
  return () =>
    jwtVerify(token, keys, { issuer: baseURL, audience: baseURL }).then(
      () => true,
      () => false,
    );
}

const cached = { logouts: 20, together: 20, intervalMs: 500, giveUpAfterMs: 20 * MINUTE_MS };
await measure('better-auth, PostgreSQL', {}, {}, bySession);
await Promise.all([
  measure('better-auth, cookieCache', { session: { cookieCache: { enabled: true } } }, cached, bySession),
  measure('better-auth, JWT of the plugin jwt', { plugins: [jwt()] }, cached, byPublicKeys),
]);
await postgres.stop();
