import { once } from 'node:events';
import { connect } from 'node:net';
import { FeedReceiver } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { waitFor } from '../support/wait-for.js';
import { basic } from '../support/app/oauth-client.js';
import { FeedClient, POLL_PATH } from './support/feed-client.js';
import { LiveClient } from './support/live-client.js';
import { sampleOf } from './support/metric-sample.js';
import { beforeSuite, Deployment } from './support/suite.js';

/** Longer than the suite: only the second signal ends it. */
const DRAIN_SECONDS = 300;
const PATIENCE_MS = 60_000;

describe('an instance that drains', () => {
  const keys = beforeSuite(() => SigningKeysFile.create());
  const deployment = beforeSuite(() => {
    const env = { SIGNING_KEYS_FILE: keys.path, SHUTDOWN_DRAIN_SECONDS: String(DRAIN_SECONDS) };
    return Deployment.ofProcesses({ instances: [env] });
  });
  const app = beforeSuite(() => deployment.apps[0]!);
  const client = beforeSuite(() => deployment.client());
  const member = beforeSuite(() => deployment.accounts().signUp());
  const channel = beforeSuite(() => LiveClient.watch(app, member.sessionId, member.tokens.access_token));
  const feed = beforeSuite(() => FeedClient.register(deployment));
  beforeAll(async () => {
    expect((await client.get('/health/ready')).status).toBe(200);
    process.kill(app.pid, 'SIGTERM');
    await waitFor(async () => (await client.get('/health/ready')).status === 503, {
      what: 'the instance to be not ready',
      timeoutMs: PATIENCE_MS,
    });
  }, 200_000);

  /** Resolves when the poll waits for changes. */
  const openPoll = async () => {
    const receiver = new FeedReceiver((body) => feed.poll(body));
    await receiver.catchUp();
    const answer = feed.poll({ cursor: receiver.cursor, waitMs: 30_000 });
    await waitFor(async () => (await sampleOf(client, 'ergodrive_feed_polls')) === 1, {
      what: 'the poll to wait',
    });
    return { answer };
  };

  it('is alive and not ready, and says why', async () => {
    const { body } = await client.get('/health/ready');
    expect(body).toMatchObject({
      status: 'shutting_down',
      error: { shutdown: { status: 'down', reason: 'the instance is shutting down' } },
    });
    expect((await client.get('/health/live')).status).toBe(200);
  });

  it('serves requests on new connections, and closes each connection after its answer', async () => {
    const me = await member.client.get('/api/v1/users/me');
    expect([me.status, me.headers.connection]).toEqual([200, 'close']);
    const refused = await client.get('/api/v1/users/me');
    expect([refused.status, refused.headers.connection]).toEqual([401, 'close']);
    const socket = connect(app.port, '127.0.0.1');
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n');
    socket.resume();
    await once(socket, 'end');
  });

  it('accepts logins and logouts', async () => {
    const other = await deployment.accounts().signUp();
    expect((await other.client.get('/api/v1/users/me')).status).toBe(200);
    expect((await other.client.post('/api/v1/auth/logout')).status).toBe(200);
    expect((await other.client.get('/api/v1/users/me')).status).toBe(401);
  });

  it('refuses an OAuth client that it knew and that has ended', async () => {
    const { client_id, client_secret } = await deployment.registerClient();
    const headers = { authorization: basic({ id: client_id, secret: client_secret }) };
    const poll = () => client.post(POLL_PATH, { waitMs: 0 }, { headers });
    expect((await poll()).status).toBe(200);
    const admin = await deployment.admin();
    expect((await admin.delete(`/api/v1/clients/${client_id}`)).status).toBe(204);
    expect((await poll()).status).toBe(401);
  });

  it('keeps live channels open, and opens new ones', async () => {
    await channel.settled();
    const next = await LiveClient.watch(app, member.sessionId, member.tokens.access_token);
    next.leave();
  });

  it('ends in good order at the next signal: polls get an answer, live channels the code 1001', async () => {
    const poll = await openPoll();
    process.kill(app.pid, 'SIGTERM');
    expect(await channel.closed(PATIENCE_MS)).toEqual({ code: 1001, reason: 'shutting down' });
    const { status, headers, body } = await poll.answer;
    expect([status, headers.connection, body['sets']]).toEqual([200, 'close', {}]);
    await waitFor(() => !app.running, { what: 'the process to end', timeoutMs: PATIENCE_MS });
    expect(app.exitCode).toBe(0);
    expect(app.output).toMatch(/\[Shutdown\] Not ready any more; requests are served for 300 s/);
    expect(app.output).not.toMatch(/\bERROR\b/);
    await expect(client.get('/health/live')).rejects.toThrow('ECONNREFUSED');
  });
});
