import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { LOG_CHANNEL } from '../src/log/invalidation-log.js';
import { api } from '../test/support/app/api-client.js';
import { AppProcess } from '../test/support/app/app-process.js';
import { basic } from '../test/support/app/oauth-client.js';
import { SigningKeysFile } from '../test/support/feed/signing-keys-file.js';
import { PostgresServer } from '../test/support/postgres/postgres-server.js';
import { RedisServer } from '../test/support/redis/redis-server.js';
import { waitFor } from '../test/support/wait-for.js';
import { pinnedToServerCore, pinToLoadCore } from './stack/cpu-pinning.js';

const ADMIN = { email: 'admin@example.org', password: 'admin-Test1234' };
const WAIT_MS = 300;
const TICKS_PER_SECOND = 100;
const INSERT = `INSERT INTO invalidations (kind, user_id, session_id, reason)
  VALUES ('session.revoked', gen_random_uuid(), gen_random_uuid(), 'logout') RETURNING id`;

/** A receiver of the feed on a connection of its own, which notes when each event came. */
class Receiver {
  readonly receivedAt = new Map<string, number>();
  polls = 0;
  private readonly socket: Socket;
  private received = '';
  private isStopped = false;

  constructor(
    port: number,
    private readonly authorization: string,
  ) {
    this.socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    this.socket.on('data', (text: string) => this.read(text));
    this.poll('');
  }

  stop(): void {
    this.isStopped = true;
    this.socket.destroy();
  }

  private poll(cursor: string): void {
    const body = JSON.stringify({ cursor, waitMs: WAIT_MS });
    this.socket.write(
      `POST /api/v1/events/poll HTTP/1.1\r\nHost: x\r\nAuthorization: ${this.authorization}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  }

  private read(text: string): void {
    this.received += text;
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.received.slice(0, end))?.[1]);
    if (this.received.length < end + 4 + length) return;
    const isAccepted = this.received.startsWith('HTTP/1.1 200');
    const body = this.received.slice(end + 4);
    this.received = '';
    if (!isAccepted) throw new Error(`a poll was refused: ${body}`);
    const now = performance.now();
    const { sets, cursor } = JSON.parse(body) as { sets: Record<string, string>; cursor: string };
    for (const jti of Object.keys(sets)) this.receivedAt.set(jti.slice(13), now);
    this.polls += 1;
    if (!this.isStopped) this.poll(cursor);
  }
}

/** `npm run bench:feed` measures what receivers of the revocation feed cost an instance, and how late events reach them. */
async function main(): Promise<void> {
  const options = {
    receivers: { type: 'string' },
    clients: { type: 'string' },
    algorithm: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
  } as const;
  const { values } = parseArgs({ options });
  const { receivers = '200', clients = '1', rate = '200', seconds = '10' } = values;
  const algorithm = values.algorithm === 'RS256' ? 'RS256' : 'ES256';
  pinToLoadCore();
  const [postgres, redis, keys] = await Promise.all([
    PostgresServer.start({ durability: 'machine' }),
    RedisServer.start(),
    SigningKeysFile.create(algorithm),
  ]);
  const { url } = await postgres.createDatabase();
  const app = await AppProcess.start({
    launcher: pinnedToServerCore([]),
    env: {
      DATABASE_URL: url,
      REDIS_URL: redis.url,
      SIGNING_KEYS_FILE: keys.path,
      JWT_SECRET: randomUUID() + randomUUID(),
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      LOG_LEVEL: 'warn',
      LOG_REQUESTS: 'false',
      NODE_ENV: 'production',
    },
  });
  try {
    const authorizations = await registerClients(app, Number(clients));
    const idle = await cpuShare(app.pid, 2000);
    const open = Array.from(
      { length: Number(receivers) },
      (_, index) => new Receiver(app.port, authorizations[index % authorizations.length] ?? ''),
    );
    await pause(2000);
    const waiting = await cpuShare(app.pid, 3000);
    const polls = () => open.reduce((sum, receiver) => sum + receiver.polls, 0);
    const before = polls();
    const revoking = revoke(url, Number(rate), Number(seconds));
    const busy = await cpuShare(app.pid, Number(seconds) * 1000 - 500);
    const perSecond = ((polls() - before) * 1000) / (Number(seconds) * 1000 - 500);
    const committedAt = await revoking;
    const isComplete = () => open.every(({ receivedAt }) => receivedAt.size >= committedAt.size);
    await waitFor(isComplete, {
      what: 'every receiver to have every event',
      timeoutMs: 60_000,
      intervalMs: 100,
    });
    const latencies = open.flatMap(({ receivedAt }) =>
      [...committedAt].map(([id, at]) => (receivedAt.get(id) ?? Infinity) - at),
    );
    latencies.sort((a, b) => a - b);
    const at = (share: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
    console.log(
      `${receivers} receivers of ${clients} clients, ${algorithm}, ${committedAt.size} revocations in ${seconds} s, load ${loadavg()[0]}`,
    );
    console.log(
      `processor time of the instance: idle ${percent(idle)}, receivers waiting ${percent(waiting)}, revocations ${percent(busy)}`,
    );
    console.log(
      `polls per second: ${perSecond.toFixed(0)}, each ${((busy * 1e6) / perSecond).toFixed(0)} µs of processor time with all that belongs to it`,
    );
    console.log(
      `ms from commit to receiver: p50 ${at(0.5)?.toFixed(1)}, p99 ${at(0.99)?.toFixed(1)}, max ${latencies.at(-1)?.toFixed(1)}`,
    );
    for (const receiver of open) receiver.stop();
  } finally {
    await app.stop();
    await Promise.all([postgres.stop(), redis.stop(), keys.remove()]);
  }
}

/** @returns of each client the header of HTTP Basic */
async function registerClients(app: AppProcess, count: number): Promise<string[]> {
  const client = api(app.url);
  const login = await client.post<{ access_token: string }>('/api/v1/auth/login/json', ADMIN);
  const admin = client.as(login.body.access_token);
  const headers: string[] = [];
  while (headers.length < count) {
    const { body } = await admin.post<{ client_id: string; client_secret: string }>('/api/v1/clients', {
      name: 'bench',
    });
    headers.push(basic({ id: body.client_id, secret: body.client_secret }));
  }
  client.close();
  return headers;
}

/** Commits changes at a rate, and notifies after each as an instance does. @returns by row, when the commit was answered */
async function revoke(url: string, rate: number, seconds: number): Promise<Map<string, number>> {
  const committedAt = new Map<string, number>();
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  const startedAt = performance.now();
  const changes: Promise<void>[] = [];
  for (let count = 0; count < rate * seconds; count += 1) {
    const dueMs = (count * 1000) / rate - (performance.now() - startedAt);
    if (dueMs > 0) await pause(dueMs);
    changes.push(
      pool.query<{ id: string }>(INSERT).then(async ({ rows }) => {
        const now = performance.now();
        for (const { id } of rows) committedAt.set(id, now);
        await pool.query('SELECT pg_notify($1, $2)', [LOG_CHANNEL, '']);
      }),
    );
  }
  await Promise.all(changes);
  await pool.end();
  return committedAt;
}

/** The share of one core that the process uses over this time. */
async function cpuShare(pid: number, durationMs: number): Promise<number> {
  const ticks = async () => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const [before, startedAt] = [await ticks(), performance.now()];
  await pause(durationMs);
  return ((await ticks()) - before) / TICKS_PER_SECOND / ((performance.now() - startedAt) / 1000);
}

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
