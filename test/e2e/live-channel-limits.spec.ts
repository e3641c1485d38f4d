import { connect } from 'node:net';
import { request } from 'node:http';
import { once } from 'node:events';
import { waitFor } from '../support/wait-for.js';
import { LiveClient } from './support/live-client.js';
import { TokenKey } from './support/live-tokens.js';
import { sampleOf } from './support/metric-sample.js';
import { beforeSuite, Deployment, type Member } from './support/suite.js';

const MAX_MESSAGES = 20;
const MAX_CHANNELS_PER_USER = 100;
const MAX_MESSAGE_BYTES = 8192;
const LONG_MS = 30_000;

describe('the live channel server', () => {
  const key = new TokenKey();

  const deployment = beforeSuite(() => Deployment.ofProcesses({ instances: [{ JWT_SECRET: key.secret }] }));

  const app = () => deployment.apps[0]!;
  const signUp = () => deployment.accounts().signUp();
  const watch = (sessionId: string, token: string) => LiveClient.watch(app(), sessionId, token);

  describe('for a token that expires', () => {
    /** Watches by a token that expires soon; by one with a longer life where the machine was too slow to open the channel. */
    const watchBriefly = async ({ id, sessionId }: Pick<Member, 'id' | 'sessionId'>, seconds: number) => {
      for (let life = seconds; life < 60; life *= 2) {
        const live = await LiveClient.open(app(), sessionId, { token: key.sign(id, sessionId, life) });
        await waitFor(() => live.messages.length > 0 || !live.isOpen, { what: 'an answer' });
        const [first] = live.messages;
        if (first !== undefined) return { live, life, expiresAt: Date.parse(first['expires_at'] as string) };
        await expect(live.closed()).resolves.toMatchObject({ reason: 'token_expired' });
      }
      throw new Error('no token lives long enough');
    };

    it('closes the channel, unless a newer token was presented', async () => {
      const member = await signUp();
      const { id, sessionId } = member;
      const { live: renewed, life } = await watchBriefly(member, 3);
      // Its token ends no earlier than the first one of the other.
      const { live: left } = await watchBriefly(member, life);
      renewed.messages.length = 0;
      renewed.send({ type: 'authenticate', access_token: key.sign(id, sessionId, 60) });
      await expect(renewed.receives('connection')).resolves.toMatchObject({
        status: 'renewed',
        session_id: sessionId,
        user_id: id,
      });
      await expect(left.closed(LONG_MS)).resolves.toEqual({ code: 4002, reason: 'token_expired' });
      await renewed.settled();
      expect(renewed.isOpen).toBe(true);
      renewed.leave();
    });

    it('names the time in the first message, and closes the channel at that second', async () => {
      const { live, expiresAt } = await watchBriefly(await signUp(), 2);
      await live.closed(LONG_MS);
      expect(Date.now() - expiresAt).toBeGreaterThanOrEqual(0);
      expect(Date.now() - expiresAt).toBeLessThan(2000);
    });

    it('closes the channel at once when an invalid token is presented', async () => {
      const { id, sessionId, tokens } = await signUp();
      const live = await watch(sessionId, tokens.access_token);
      live.send({ type: 'authenticate', access_token: key.sign(id, sessionId, -1) });
      await expect(live.closed()).resolves.toEqual({ code: 4401, reason: 'token_expired' });
    });
  });

  describe('for messages', () => {
    it('reads one of the greatest size', async () => {
      const { sessionId, tokens } = await signUp();
      const live = await watch(sessionId, tokens.access_token);
      live.socket.send(JSON.stringify({ type: 'ping' }).padEnd(MAX_MESSAGE_BYTES));
      await live.receives('pong');
      live.leave();
    });

    it.each([1, 500])('closes the channel with code 1009 when %d larger ones come', async (count) => {
      const { sessionId, tokens } = await signUp();
      const live = await watch(sessionId, tokens.access_token);
      for (let sent = 0; sent < count; sent++) live.socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
      await expect(live.closed()).resolves.toMatchObject({ code: 1009 });
    });

    it('applies the same limits before authentication', async () => {
      const { sessionId } = await signUp();
      const [large, many] = [
        await LiveClient.open(app(), sessionId),
        await LiveClient.open(app(), sessionId),
      ];
      large.socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
      await expect(large.closed()).resolves.toMatchObject({ code: 1009 });
      for (let sent = 0; sent <= MAX_MESSAGES; sent++) many.socket.send('x');
      await expect(many.closed()).resolves.toMatchObject({ code: 4429 });
    });

    it.each([
      ['pings', (live: LiveClient) => live.send({ type: 'ping' })],
      ['unknown messages', (live: LiveClient) => live.send({ type: 'x' })],
      ["the protocol's own pings", (live: LiveClient) => live.socket.ping()],
    ])('closes the channel when 21 %s come within ten seconds', async (_, send) => {
      const { sessionId, tokens } = await signUp();
      const live = await watch(sessionId, tokens.access_token);
      for (let sent = 0; sent < MAX_MESSAGES - 1; sent++) send(live);
      await live.settled();
      expect(live.isOpen).toBe(true);
      send(live);
      await expect(live.closed()).resolves.toEqual({ code: 4429, reason: 'too many messages' });
    });
  });

  it('allows a user a hundred channels', async () => {
    const { sessionId, tokens } = await signUp();
    const lives = await Promise.all(
      Array.from({ length: MAX_CHANNELS_PER_USER }, () => watch(sessionId, tokens.access_token)),
    );
    const options = { token: tokens.access_token };
    const more = await LiveClient.open(app(), sessionId, options);
    await expect(more.closed()).resolves.toEqual({ code: 4430, reason: 'too many channels' });
    expect(lives.every((live) => live.isOpen)).toBe(true);
    const other = await signUp();
    (await watch(other.sessionId, other.tokens.access_token)).leave();
    lives[0]?.leave();
    await lives[0]?.closed();
    const next = await watch(sessionId, tokens.access_token);
    for (const live of [...lives, next]) live.leave();
  });

  it('does not count channels that are closed', async () => {
    const open = () => sampleOf(deployment.client(), 'ergodrive_live_channels');
    await waitFor(async () => (await open()) === 0, { what: 'the channels of other tests to be gone' });
    const { sessionId, tokens } = await signUp();
    const [live, crashed] = [
      await watch(sessionId, tokens.access_token),
      await watch(sessionId, tokens.access_token),
    ];
    await expect(open()).resolves.toBe(2);
    live.leave();
    crashed.socket.terminate();
    await waitFor(async () => (await open()) === 0, { what: 'the count to be 0' });
  });

  describe('for an upgrade to another protocol', () => {
    it('answers the request as any other (RFC 9110 §7.8)', async () => {
      const { tokens } = await signUp();
      const outgoing = request(`${app().url}/api/v1/users/me`, {
        headers: {
          authorization: `Bearer ${tokens.access_token}`,
          connection: 'Upgrade, HTTP2-Settings',
          upgrade: 'h2c',
          'http2-settings': 'AAMAAABkAAQAAP__',
        },
      }).end();
      const [{ statusCode }] = (await once(outgoing, 'response')) as [{ statusCode: number }];
      expect(statusCode).toBe(200);
      outgoing.destroy();
    });

    it('reads the body of the request', async () => {
      const { email, password } = await deployment.accounts().register();
      const { status } = await deployment
        .client()
        .post(
          '/api/v1/auth/login/json',
          { email, password },
          { headers: { connection: 'Upgrade', upgrade: 'h2c' } },
        );
      expect(status).toBe(200);
    });

    it('keeps running when the client closes the connection at once', async () => {
      const head = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
      const hangUp = async (path: string) => {
        const socket = connect(app().port, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        await new Promise((resolve) => socket.write(`GET ${path} HTTP/1.1\r\n${head}`, resolve));
        socket.resetAndDestroy();
        await once(socket, 'close');
      };
      for (let round = 0; round < 100; round++) {
        await hangUp('/none');
        await hangUp('/api/v1/ws/session/11111111-1111-4111-8111-111111111111');
      }
      await expect(deployment.client().get('/health/live')).resolves.toMatchObject({ status: 200 });
      expect(app().running).toBe(true);
    });
  });
});
