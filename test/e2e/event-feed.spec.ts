import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FeedReceiver } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { sql } from '../support/postgres/sql.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { FeedClient, POLL_PATH } from './support/feed-client.js';
import { neededBytes, WITH_INSPECTOR } from './support/inspector.js';
import { sampleOf } from './support/metric-sample.js';
import { beforeSuite, Deployment } from './support/suite.js';

const MAX_POLLS = 1024;
const MAX_POLLS_OF_CLIENT = 256;
const MEBIBYTE = 1024 * 1024;

describe('the revocation feed of several processes', () => {
  let client: FeedClient;

  const postgres = beforeSuite(() => PostgresServer.start());
  const redis = beforeSuite(() => RedisServer.start());
  const keys = beforeSuite(() => SigningKeysFile.create());
  const database = beforeSuite(() => postgres.createDatabase());
  const deployment = beforeSuite(() => {
    const own = { SIGNING_KEYS_FILE: keys.path, ...WITH_INSPECTOR };
    return Deployment.ofProcesses({ instances: [own, own], databaseUrl: database.url, redisUrl: redis.url });
  });
  beforeAll(async () => {
    await deployment.trusted();
    client = await FeedClient.register(deployment);
  });

  const upToDate = async (instance = 0) => {
    const receiver = new FeedReceiver(client.sendTo(instance));
    await receiver.catchUp();
    receiver.jtis.length = 0;
    return receiver;
  };
  const change = (rows = 1) =>
    sql(
      deployment.databaseUrl,
      `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, ${rows})`,
    );
  const metric = async (name: string, instance = 0) =>
    (await sampleOf(deployment.client(instance), `ergodrive_${name}`)) ?? NaN;
  const openPolls = (instance = 0) => metric('feed_polls', instance);
  const polls = (count: number) =>
    waitFor(async () => (await openPolls()) === count, { what: `${count} open polls`, timeoutMs: 20_000 });

  it('works while Redis is frozen, and while it is down', async () => {
    const receiver = await upToDate();
    redis.freeze();
    await change();
    await receiver.receive(1);
    redis.thaw();
    await redis.kill9();
    await change();
    await receiver.receive(2);
    await redis.restart({ keepData: false });
    await deployment.trusted();
    expect(receiver.restarts).toBe(1);
  });

  it('answers 503 while PostgreSQL is frozen, and goes on from the same cursor', async () => {
    const receiver = await upToDate();
    postgres.freeze();
    await waitFor(
      async () => {
        const { status, headers } = await client.poll({ cursor: receiver.cursor, waitMs: 0 });
        return status === 503 && headers['retry-after'] !== undefined;
      },
      { what: 'a refusal' },
    );
    postgres.thaw();
    await waitFor(async () => (await client.poll({ cursor: receiver.cursor, waitMs: 0 })).status === 200, {
      what: 'an answer',
    });
    await change(2);
    await receiver.receive(2);
    expect(receiver.restarts).toBe(1);
  });

  it('ends a waiting poll with a refusal when PostgreSQL freezes', async () => {
    const receiver = await upToDate();
    const polled = client.poll({ cursor: receiver.cursor, waitMs: 20_000 });
    await polls(1);
    postgres.freeze();
    await expect(polled).resolves.toMatchObject({ status: 503 });
    postgres.thaw();
    await waitFor(async () => (await client.poll({ cursor: '', waitMs: 0 })).status === 200, {
      what: 'an answer',
    });
  });

  it('loses nothing when an instance is killed while a poll waits', async () => {
    const receiver = await upToDate();
    const polled = client.poll({ cursor: receiver.cursor, waitMs: 20_000 });
    await polls(1);
    await Promise.all([expect(polled).rejects.toThrow(), deployment.apps[0]!.kill9()]);
    await change(3);
    while (receiver.jtis.length < 3) await receiver.poll({ waitMs: 1000 }, client.sendTo(1));
    expect([new Set(receiver.jtis).size, receiver.restarts]).toEqual([3, 1]);
    await deployment.apps[0]!.restart();
    await expect(client.poll({ cursor: receiver.cursor, waitMs: 0 })).resolves.toMatchObject({
      status: 200,
      body: { sets: {}, restarted: false },
    });
  });

  it('answers waiting polls at once when the process is told to end', async () => {
    const receiver = await upToDate(1);
    const polled = client.poll({ cursor: receiver.cursor, waitMs: 30_000 }, 1);
    await waitFor(async () => (await openPolls(1)) === 1, { what: 'the poll to wait' });
    const app = deployment.apps[1]!;
    process.kill(app.pid, 'SIGTERM');
    await expect(polled).resolves.toMatchObject({
      status: 200,
      body: { sets: {}, cursor: expect.any(String) },
    });
    await waitFor(() => !app.running, { what: 'the process to end' });
    expect(app.exitCode).toBe(0);
    await app.restart();
  });

  it('forgets a poll whose receiver has disconnected', async () => {
    const receiver = await upToDate();
    const socket = await open(receiver.cursor);
    await polls(1);
    socket.destroy();
    await polls(0);
  });

  it('refuses polls beyond its limits, and serves others all the same', async () => {
    const clients = [client];
    while (clients.length < MAX_POLLS / MAX_POLLS_OF_CLIENT + 1)
      clients.push(await FeedClient.register(deployment));
    const { cursor } = await upToDate();
    const sockets: Socket[] = [];
    const waiting = { cursor, waitMs: 30_000 };
    for (const [index, each] of clients.slice(1).entries()) {
      const opened = Array.from({ length: MAX_POLLS_OF_CLIENT }, () => open(cursor, each, 30_000));
      sockets.push(...(await Promise.all(opened)));
      await polls((index + 1) * MAX_POLLS_OF_CLIENT);
      const refused = await each.poll(waiting);
      const isFull = sockets.length === MAX_POLLS;
      expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
      if (isFull) await expect(client.poll(waiting)).resolves.toMatchObject({ status: 503 });
    }
    await expect(deployment.client().get('/health/ready')).resolves.toMatchObject({ status: 200 });
    for (const socket of sockets) socket.destroy();
    await polls(0);
    await expect(client.poll({ cursor, waitMs: 0 })).resolves.toMatchObject({ status: 200 });
  }, 120_000);

  it('keeps its memory bounded while receivers do not read their answers', async () => {
    const app = deployment.apps[0]!;
    const receiver = await upToDate();
    const { cursor } = receiver;
    await change(2000);
    await receiver.receive(2000);
    const answers = () => metric('feed_answer_bytes_count');
    const [before, answeredBefore] = [await neededBytes(app), await answers()];
    // More on each connection than the buffers of the system take.
    const sockets = await Promise.all(Array.from({ length: 4 }, () => open(cursor, client, 20_000, 50)));
    for (const socket of sockets) socket.pause();
    await waitFor(async () => (await answers()) >= answeredBefore + 200, {
      what: 'the answers',
      timeoutMs: 30_000,
    });
    expect((await neededBytes(app)) - before).toBeLessThan(64 * MEBIBYTE);
    expect(await openPolls()).toBeGreaterThan(0);
    // Each is disconnected when it has not taken its answers in time.
    await polls(0);
    for (const socket of sockets) socket.destroy();
  }, 120_000);

  /** Sends polls, one by default, on a connection of their own, and does not read the answers. */
  const open = async (
    cursor: string,
    { authorization } = client,
    waitMs = 20_000,
    count = 1,
  ): Promise<Socket> => {
    const socket = connect(deployment.apps[0]!.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const body = JSON.stringify({ cursor, waitMs });
    const poll =
      `POST ${POLL_PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    socket.write(poll.repeat(count));
    return socket;
  };
});
