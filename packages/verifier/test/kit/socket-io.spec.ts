import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { ExpressAdapter } from 'nest-platform-express';
import { io } from 'socket.io-client';
import { ChatGateway } from './chat.gateway.js';
import { type KitApp, startApp } from './kit-app.js';

describe('a gateway on socket.io', () => {
  let started: KitApp;
  beforeAll(async () => {
    const onSocketIo = (app: INestApplication) => void app.useWebSocketAdapter(new IoAdapter(app));
    started = await startApp(() => new ExpressAdapter(), { providers: [ChatGateway] }, onSocketIo);
  });
  afterAll(() => started.app.close());

  const connect = (auth: object) =>
    io(started.url, { auth, transports: ['websocket'], reconnection: false, forceNew: true });

  it('closes a connection without a token', async () => {
    const socket = connect({});
    const [[problem]] = await Promise.all([event(socket, 'exception'), event(socket, 'disconnect')]);
    expect(problem).toMatchObject({ status: 401, code: 'token_missing' });
  });

  it('gives messages the principal, and refuses those of other roles', async () => {
    const { token, session } = await started.issuer.logIn();
    const socket = connect({ token });
    socket.emit('who');
    expect(await event(socket, 'you')).toEqual([session.sub]);
    socket.emit('manage');
    expect(await event(socket, 'exception')).toMatchObject([{ code: 'forbidden' }]);
    socket.close();
  });

  it('closes the connection with the session, and says why', async () => {
    const { token, session } = await started.issuer.logIn();
    const socket = connect({ token });
    socket.emit('who');
    await event(socket, 'you');
    const ended = Promise.all([event(socket, 'exception'), event(socket, 'disconnect')]);
    started.issuer.revoke(session, 'revoked_by_admin');
    expect(await ended).toMatchObject([
      [{ code: 'token_revoked', reason: 'revoked_by_admin' }],
      ['io server disconnect'],
    ]);
  });
});

/** The arguments of the next event of a socket. */
const event = (socket: { once(name: string, take: (...args: unknown[]) => void): unknown }, name: string) =>
  new Promise<unknown[]>((resolve) => socket.once(name, (...args) => resolve(args)));
