import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { TokenKey } from '../test/e2e/live-tokens.js';
import { api, type ApiClient } from '../test/support/api-client.js';
import { AppProcess } from '../test/support/app-process.js';
import { PostgresServer } from '../test/support/postgres-server.js';
import { RedisServer } from '../test/support/redis-server.js';
import { sql } from '../test/support/sql.js';
import { waitFor } from '../test/support/wait-for.js';

const REVOCATIONS = 600;
const LANES = 2;
const IDLE_SOCKETS = 5000;
const OPEN_AT_ONCE = 50;
/** After which the server has collected what the handshakes left behind. */
const REST_MS = 8000;
const LIFE_SECONDS = 1800;

interface Login {
  userId: string;
  sessionId: string;
}

/**
 * `node --import ./test/support/typescript.register.mjs bench/live-channel.ts`: how soon an end is heard on another
 * instance, with Redis and without, and what an idle socket costs. Built first: `npm run build`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  const share = values.quick ? 50 : 1;
  const [postgres, redis] = await Promise.all([PostgresServer.start({ durable: true }), RedisServer.start()]);
  const key = new TokenKey();
  const env = {
    NODE_ENV: 'production',
    DATABASE_URL: postgres.url(),
    REDIS_URL: redis.url,
    JWT_SECRET: key.secret,
  };
  const [near, far] = [await AppProcess.start({ env }), await AppProcess.start({ env })];
  const client = api(near.url);
  try {
    await becomes(client, 'healthy');
    await measureEnds('Redis up', {
      near: client,
      far,
      key,
      count: REVOCATIONS / share,
      url: postgres.url(),
    });
    await measureMemory(far, key, IDLE_SOCKETS / share, postgres.url());
    await redis.kill9();
    await becomes(client, 'degraded');
    await measureEnds('Redis stopped', {
      near: client,
      far,
      key,
      count: REVOCATIONS / share,
      url: postgres.url(),
    });
  } finally {
    client.close();
    await Promise.all([near.stop(), far.stop()]);
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}

interface EndsSetting {
  near: ApiClient;
  far: AppProcess;
  key: TokenKey;
  count: number;
  url: string;
}

/** From the moment at which the 204 was read; what was heard before it counts as 0. */
async function measureEnds(title: string, { near, far, key, count, url }: EndsSetting): Promise<void> {
  const logins = await writeLogins(url, count);
  const [afterAnswer, afterRequest]: [number[], number[]] = [[], []];
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (let login = logins.pop(); login !== undefined; login = logins.pop()) {
        const token = key.sign(login.userId, login.sessionId, LIFE_SECONDS);
        const socket = await watch(far, login.sessionId, token);
        const heard = new Promise<number>((resolve) =>
          socket.on('message', (data: Buffer) => {
            if (data.includes('"session.revoked"')) resolve(performance.now());
          }),
        );
        const asked = performance.now();
        const { status } = await near.delete(`/api/v1/sessions/${login.sessionId}`, { token });
        const answered = performance.now();
        if (status !== 204) throw new Error(`the session was not ended: ${status}`);
        const at = await heard;
        afterAnswer.push(Math.max(0, at - answered));
        afterRequest.push(at - asked);
      }
    }),
  );
  console.log(`${title}: ${count} ends, ${LANES} at a time`);
  console.log(`  heard after the answer   ${describe(afterAnswer)}`);
  console.log(`  heard after the request  ${describe(afterRequest)}`);
}

/** On an instance that has served before; what it had given back to itself, and not to the system, makes it look cheaper. */
async function measureMemory(app: AppProcess, key: TokenKey, count: number, url: string): Promise<void> {
  const logins = await writeLogins(url, count);
  await sleep(REST_MS);
  const before = await residentKib(app.pid);
  const sockets = await openAll(app, key, logins);
  await sleep(REST_MS);
  const kib = (await residentKib(app.pid)) - before;
  console.log(`Memory: ${count} idle sockets on one instance, resident ${before} KiB before`);
  console.log(`  ${kib} KiB more, ${(kib / count).toFixed(1)} KiB a socket`);
  const broken = sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
  if (broken > 0) throw new Error(`${broken} sockets are not open any more`);
  for (const socket of sockets) socket.terminate();
}

async function openAll(app: AppProcess, key: TokenKey, logins: readonly Login[]): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let start = 0; start < logins.length; start += OPEN_AT_ONCE) {
    const some = logins.slice(start, start + OPEN_AT_ONCE);
    sockets.push(
      ...(await Promise.all(
        some.map(({ userId, sessionId }) => watch(app, sessionId, key.sign(userId, sessionId, LIFE_SECONDS))),
      )),
    );
  }
  return sockets;
}

/** Resolves when the channel is established. */
function watch(app: AppProcess, sessionId: string, token: string): Promise<WebSocket> {
  const url = `${app.url.replace('http:', 'ws:')}/api/v1/ws/session/${sessionId}`;
  const socket = new WebSocket(url, ['ergodrive.v1', `bearer.${token}`], { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('message', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
}

/** Users with one live session each, straight into the database: a login costs a password hash. */
async function writeLogins(url: string, count: number): Promise<Login[]> {
  const logins = Array.from({ length: count }, () => ({ userId: randomUUID(), sessionId: randomUUID() }));
  const values = [logins.map(({ userId }) => userId), logins.map(({ sessionId }) => sessionId)];
  await sql(
    url,
    `WITH pairs AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS pair (user_id, session_id)),
     people AS (INSERT INTO users (id, email, password_hash, full_name)
                SELECT user_id, user_id || '@bench.example', '-', 'Bench' FROM pairs RETURNING id)
     INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
     SELECT session_id, id, gen_random_uuid(), now() + interval '7 days' FROM pairs JOIN people ON id = user_id`,
    values,
  );
  return logins;
}

function describe(milliseconds: number[]): string {
  const sorted = milliseconds.sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1).padStart(6);
  return `p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  max ${at(1)} ms`;
}

async function residentKib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
}

async function becomes(client: ApiClient, status: string): Promise<void> {
  await waitFor(async () => (await client.get('/health')).body['status'] === status, {
    what: `the instance to be ${status}`,
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
