import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../support/app/api-client.js';
import { LiveClient } from './support/live-client.js';
import { TokenKey } from './support/live-tokens.js';
import { ADMIN, beforeSuite, Deployment, expectProblem } from './support/suite.js';

describe('a live channel', () => {
  const key = new TokenKey();
  let admin: ApiClient;
  let adminToken: string;

  const deployment = beforeSuite(() => {
    const env = { JWT_SECRET: key.secret };
    return Deployment.start({ instances: [env, env] });
  });
  beforeAll(async () => {
    adminToken = (await deployment.accounts().login(ADMIN)).access_token;
    admin = deployment.client().as(adminToken);
  });

  const signUp = () => deployment.accounts().signUp();
  /** On the instance that did not open the session. */
  const open = (sessionId: string, token?: string, query?: string) =>
    LiveClient.open(deployment.apps[1]!, sessionId, {
      ...(token === undefined ? {} : { token }),
      ...(query === undefined ? {} : { query }),
    });

  describe('is authenticated', () => {
    it('by a protocol of the handshake', async () => {
      const { id, sessionId, tokens } = await signUp();
      const live = await open(sessionId, tokens.access_token);
      const connection = await live.receives('connection');
      expect(connection).toEqual({
        type: 'connection',
        status: 'established',
        session_id: sessionId,
        user_id: id,
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
      const lifeMs = new Date(connection['expires_at'] as string).getTime() - Date.now();
      expect(lifeMs / 1000).toBeGreaterThan(tokens.expires_in - 60);
      expect(live.socket.protocol).toBe('ergodrive.v1');
      live.leave();
    });

    it('by the first message', async () => {
      const { sessionId, tokens } = await signUp();
      const live = await open(sessionId);
      live.send({ type: 'authenticate', access_token: tokens.access_token });
      await expect(live.receives('connection')).resolves.toMatchObject({ status: 'established' });
      live.leave();
    });

    it('never by the address', async () => {
      const { sessionId, tokens } = await signUp();
      for (const name of ['token', 'access_token', 'authorization']) {
        const live = await open(sessionId, undefined, `?${name}=${tokens.access_token}`);
        live.send({ type: 'ping' });
        await expect(live.closed()).resolves.toEqual({ code: 4401, reason: 'token_missing' });
        expect(live.messages).toEqual([]);
      }
    });

    it('within five seconds, or is closed', async () => {
      const { sessionId } = await signUp();
      const live = await open(sessionId);
      const began = performance.now();
      await expect(live.closed(8000)).resolves.toEqual({ code: 4408, reason: 'token_missing' });
      expect(performance.now() - began).toBeGreaterThan(4000);
    });
  });

  describe('is refused', () => {
    it.each(['handshake', 'message'])(
      'to any token that is not a valid access token, sent by %s',
      async (by) => {
        const { id, sessionId, tokens } = await signUp();
        const left = await signUp();
        await left.client.post('/api/v1/auth/logout');
        const [header, payload] = tokens.access_token.split('.');
        const refusals: [token: string, reason: string, session: string][] = [
          ['garbage', 'token_invalid', sessionId],
          [`${header}.${payload}.`, 'token_invalid', sessionId],
          [new TokenKey().sign(id, sessionId, 60), 'token_invalid', sessionId],
          [tokens.refresh_token, 'token_invalid', sessionId],
          [key.sign(id, sessionId, -1), 'token_expired', sessionId],
          [left.tokens.access_token, 'token_revoked', left.sessionId],
          [key.sign(id, randomUUID(), 60), 'token_revoked', sessionId],
        ];
        for (const [token, reason, session] of refusals) {
          const live = await open(session, by === 'handshake' ? token : undefined);
          if (by === 'message') live.send({ type: 'authenticate', access_token: token });
          await expect(live.closed()).resolves.toEqual({ code: 4401, reason });
          expect(live.messages).toEqual([]);
        }
      },
    );

    it('on the session of another user, as if it did not exist', async () => {
      const [mine, theirs, ended] = [await signUp(), await signUp(), await signUp()];
      await ended.client.post('/api/v1/auth/logout');
      for (const sessionId of [theirs.sessionId, randomUUID(), ended.sessionId]) {
        const live = await open(sessionId, mine.tokens.access_token);
        await expect(live.closed()).resolves.toEqual({ code: 4403, reason: 'not your session' });
        expect(live.messages).toEqual([]);
      }
    });

    it('to a token of another user once it is established', async () => {
      const [mine, theirs] = [await signUp(), await signUp()];
      const live = await open(mine.sessionId, mine.tokens.access_token);
      await live.receives('connection');
      live.send({ type: 'authenticate', access_token: theirs.tokens.access_token });
      await expect(live.closed()).resolves.toEqual({ code: 4403, reason: 'another user' });
    });
  });

  describe('of another session', () => {
    it('is open to its owner', async () => {
      const first = await signUp();
      const second = await deployment.accounts().logIn(first);
      const live = await open(first.sessionId, second.tokens.access_token);
      await expect(live.receives('connection')).resolves.toMatchObject({
        session_id: first.sessionId,
        user_id: first.id,
      });
      live.leave();
    });

    it('is open to an admin, who receives its end', async () => {
      const { id, sessionId, client } = await signUp();
      const live = await open(sessionId, adminToken);
      await expect(live.receives('connection')).resolves.toMatchObject({
        session_id: sessionId,
        user_id: id,
      });
      await client.post('/api/v1/auth/logout');
      await expect(live.receives('session.revoked')).resolves.toMatchObject({ reason: 'logout' });
      await expect(live.closed()).resolves.toMatchObject({ code: 4001 });
      await expect(admin.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    });
  });

  describe('answers', () => {
    it('a ping', async () => {
      const { sessionId, tokens } = await signUp();
      const live = await LiveClient.watch(deployment.apps[1]!, sessionId, tokens.access_token);
      live.send({ type: 'ping' });
      await expect(live.receives('pong')).resolves.toEqual({ type: 'pong' });
      live.leave();
    });

    it.each([
      ['text that is not JSON', '{'],
      ['JSON that is not an object', '[]'],
      ['null', 'null'],
      ['an unknown type', '{"type":"subscribe"}'],
      ['a type that is inherited', '{"type":"toString"}'],
      ['an authentication without a token', '{"type":"authenticate"}'],
      ['a token that is not a string', '{"type":"authenticate","access_token":{}}'],
      ['a binary message', Buffer.from('{"type":"ping"}')],
      ['an empty message', ''],
    ])('%s with an error, and stays open', async (_, message) => {
      const { sessionId, tokens } = await signUp();
      const live = await LiveClient.watch(deployment.apps[1]!, sessionId, tokens.access_token);
      live.socket.send(message);
      await expect(live.receives('error')).resolves.toEqual({ type: 'error', code: 'unknown_message' });
      live.send({ type: 'ping' });
      await live.receives('pong');
      expect(live.isOpen).toBe(true);
      live.leave();
    });
  });

  it.each(['none', '1', '%00', `${randomUUID()}0`, `${randomUUID()}/x`, ''])(
    'does not exist for the id "%s"',
    async (id) => {
      const { tokens } = await signUp();
      const live = await open(id, tokens.access_token);
      await expect(live.closed()).resolves.toMatchObject({ code: 1006 });
      const answer = await deployment.client(1).get(`/api/v1/ws/session/${id}`);
      expectProblem(answer, 404, 'not_found');
    },
  );
});
