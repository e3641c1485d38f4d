// How long a session of express-session is accepted after its logout, with the store connect-redis and two instances. How to run it:
// docs/comparison.md.
import { once } from 'node:events';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';
import { RedisServer } from '../../../test/support/redis/redis-server.js';
import { printTimeToRefusal } from '../time-to-refusal.js';

const server = await RedisServer.start();
const redis = await createClient({ url: server.url }).connect();

/** A request to `/work` reads its session, waits for the release, and then changes the session, as a slow handler does. */
let release = () => undefined;

async function startInstance() {
  const app = express();
  const store = new RedisStore({ client: redis });
  app.use(session({ store, secret: 'bench-secret', resave: false, saveUninitialized: false }));
  app.post('/login', (request, response) => {
    request.session.user = 'ada';
    response.sendStatus(204);
  });
  app.post('/logout', (request, response) => request.session.destroy(() => response.sendStatus(204)));
  app.post('/work', async (request, response) => {
    await new Promise((resolve) => {
      release = resolve;
      arrived();
    });
    request.session.worked = true;
    response.sendStatus(204);
  });
  app.get('/me', (request, response) => response.sendStatus(request.session.user ? 200 : 401));
  const listener = app.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return { url: `http://127.0.0.1:${listener.address().port}`, close: () => listener.close() };
}
let arrived = () => undefined;
const [one, other] = [await startInstance(), await startInstance()];

async function send(instance, path, cookie, method = 'POST') {
  const response = await fetch(instance.url + path, { method, headers: cookie ? { cookie } : {} });
  await response.arrayBuffer();
  return response;
}

async function logIn() {
  const [header] = (await send(one, '/login')).headers.getSetCookie();
  const cookie = header.split(';')[0];
  return {
    isAccepted: async () => (await send(one, '/me', cookie, 'GET')).status === 200,
    logOut: () => send(other, '/logout', cookie),
    cookie,
  };
}

await printTimeToRefusal({ name: 'express-session, Redis', logIn });

await printTimeToRefusal({
  name: 'express-session, Redis, a request that changes the session ends after the logout',
  logouts: 20,
  together: 1,
  giveUpAfterMs: 1000,
  intervalMs: 50,
  async logIn() {
    const login = await logIn();
    return {
      ...login,
      async logOut() {
        const isRunning = new Promise((resolve) => (arrived = resolve));
        const work = send(one, '/work', login.cookie);
        await isRunning;
        await login.logOut();
        release();
        await work;
      },
    };
  },
});

one.close();
other.close();
redis.destroy();
await server.stop();
