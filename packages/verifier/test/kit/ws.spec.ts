import type { INestApplication } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { once } from 'node:events';
import { ExpressAdapter } from 'nest-platform-express';
import { WebSocket } from 'ws';
import { ChatGateway } from './chat.gateway.js';
import { type KitApp, startApp } from './kit-app.js';

describe('a gateway on ws', () => {
  let started: KitApp;
  beforeAll(async () => {
    const onWs = (app: INestApplication) => void app.useWebSocketAdapter(new WsAdapter(app));
    started = await startApp(() => new ExpressAdapter(), { providers: [ChatGateway] }, onWs);
  });
  afterAll(() => started.app.close());
  const connect = (...protocols: string[]) => new WebSocket(started.url.replace('http', 'ws'), protocols);
  const ask = async (socket: WebSocket, name: string, data?: unknown): Promise<unknown> => {
    socket.send(JSON.stringify({ event: name, data }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return JSON.parse(answer.toString());
  };

  it('closes a connection without a valid token by the code 4401', async () => {
    expect(await closeOf(connect())).toEqual([4401, 'token_missing']);
    expect(await closeOf(connect('app.v1', 'bearer.no-token'))).toEqual([4401, 'token_invalid']);
  });

  it('takes the token of a browser, gives messages the principal, and refuses those of other roles', async () => {
    const { token, session } = await started.issuer.logIn();
    const socket = connect('app.v1', `bearer.${token}`);
    await once(socket, 'open');
    expect(await ask(socket, 'who')).toEqual({ event: 'you', data: session.sub });
    expect(await ask(socket, 'manage')).toMatchObject({ event: 'exception', data: { code: 'forbidden' } });
    socket.close();
  });

  it('closes the connection with the session by the code 4001', async () => {
    const { token, session } = await started.issuer.logIn();
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(started.url.replace('http', 'ws'), { headers });
    await once(socket, 'open');
    await ask(socket, 'who');
    const closed = closeOf(socket);
    started.issuer.revoke(session);
    expect(await closed).toEqual([4001, 'logout']);
  });

  it('goes on with a newer token of the session', async () => {
    const { token, session } = await started.issuer.logIn();
    const soon = await started.issuer.tokenFor(session, { exp: Math.floor(Date.now() / 1000) + 2 });
    const socket = connect('app.v1', `bearer.${soon}`);
    await once(socket, 'open');
    await ask(socket, 'who');
    expect(await ask(socket, 'renew', token)).toMatchObject({ event: 'renewed' });
    const other = connect('app.v1', `bearer.${soon}`);
    expect(await closeOf(other)).toEqual([4002, 'token_expired']);
    expect(await ask(socket, 'who')).toEqual({ event: 'you', data: session.sub });
    socket.close();
  });
});

async function closeOf(socket: WebSocket): Promise<[number, string]> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return [code, reason.toString()];
}
