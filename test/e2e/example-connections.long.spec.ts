import { once } from 'node:events';
import { WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.js';
import { ExampleApi } from './support/example-api.js';
import { IssuerDeployment } from './support/issuer-deployment.js';

/** `maxStalenessMs` of the example, counted from the answer to what ended the session. */
const BOUND_MS = 1000;

describe('sockets and streams of a service that has the verifier', () => {
  let issuer: IssuerDeployment;
  let example: ExampleApi;

  beforeAll(async () => {
    issuer = await IssuerDeployment.start();
    example = await ExampleApi.start('verifier-nestjs/main.ts', issuer);
  });
  afterAll(async () => {
    await example.stop();
    await issuer.stop();
  });

  const signUp = async () => {
    const { tokens, ...account } = await issuer.deployment.accounts().signUp();
    return { ...account, token: tokens.access_token };
  };

  /** Both are open, and have brought something. */
  const open = async (token: string) => {
    const socket = new WebSocket(example.url.replace('http', 'ws'), ['orders.v1', `bearer.${token}`]);
    await once(socket, 'open');
    socket.send('{"event":"who"}');
    await once(socket, 'message');
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await fetch(`${example.url}/orders/stream`, { headers });
    const reader = body!.getReader();
    await reader.read();
    return { closed: closeOf(socket), ended: endOf(reader) };
  };

  it.each<[string, string, (account: Awaited<ReturnType<typeof signUp>>) => Promise<unknown>]>([
    ['a logout', 'logout', ({ token }) => issuer.logOut(token)],
    [
      'the revocation of all sessions by an admin',
      'revoked_by_admin',
      ({ id }) => issuer.admin.delete(`/api/v1/users/${id}/sessions`),
    ],
    [
      'the deactivation of the account',
      'user_deactivated',
      ({ id }) => issuer.admin.patch(`/api/v1/users/${id}`, { is_active: false }),
    ],
  ])('go dark within the bound of %s, and others stay', async (_, reason, end) => {
    const [gone, kept] = [await signUp(), await signUp()];
    const [dark, live] = [await open(gone.token), await open(kept.token)];
    await end(gone);
    const close = await within(BOUND_MS, dark.closed);
    await within(BOUND_MS, dark.ended);
    expect(close).toEqual([4001, reason]);
    const first = await Promise.race([live.closed, live.ended, example.orders(kept.token)]);
    expect(first).toMatchObject({ status: 200 });
  });
});

/** Time in which the machine stalls is not counted. */
async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  const settled: T[] = [];
  void promise.then((value) => settled.push(value));
  await waitFor(() => settled.length > 0, { what: 'the end of the connection', timeoutMs, intervalMs: 5 });
  return settled[0] as T;
}

async function closeOf(socket: WebSocket): Promise<[number, string]> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return [code, reason.toString()];
}

async function endOf(reader: ReadableStreamDefaultReader): Promise<void> {
  while (!(await reader.read()).done);
}
