import type { AppProcess } from '../../../test/support/app/app-process.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createClient, type SessionEnd } from '../src/index.js';
import { recordedSockets } from './recorded-socket.js';
import { expired, logInAnew, startService } from './service.js';

const REASON_MS = 1000;
const ME = '/api/v1/users/me';

describe('the reason of an end that a request finds', () => {
  let service: AppProcess;
  const closing: (() => void)[] = [];
  beforeAll(async () => (service = await startService()));
  afterEach(() => {
    for (const close of closing.splice(0)) close();
    jest.restoreAllMocks();
  });
  afterAll(() => service.stop());

  /** A client with an open channel, whose session another client of the account can end. */
  async function start() {
    const { sockets, WebSocket, hold } = recordedSockets();
    const ends: SessionEnd[] = [];
    const logged = await logInAnew(service.url, { WebSocket, onEnd: (end) => ends.push(end) });
    const seen: SessionEnd[] = [];
    let isOpen = false;
    const { close } = await logged.client.watch({
      onEnd: (end) => seen.push(end),
      onConnection: (open) => (isOpen = open),
    });
    closing.push(close);
    await waitFor(() => isOpen, { what: 'the channel' });
    const [socket] = sockets;
    const other = createClient({ baseUrl: service.url });
    await other.logIn(logged.account);
    logged.observed.paths.length = 0;
    const { mock } = jest.spyOn(globalThis, 'setTimeout');
    const waits = () => mock.calls.filter(([, ms]) => ms === REASON_MS).length;
    return { ...logged, socket: socket!, hold: () => hold(socket!), ends, seen, other, waits };
  }

  const sends = ({ observed }: Awaited<ReturnType<typeof start>>, path: string) =>
    observed.paths.filter((each) => each === path).length;
  const answer = { response: { status: 401 } };

  it('is that of the channel when the 401 comes first, and nothing is sent before', async () => {
    const logged = await start();
    const release = logged.hold();
    await logged.other.api.sessions.endAll();
    let isAnswered = false;
    const first = logged.client.api.me.read().finally(() => (isAnswered = true));
    await waitFor(() => logged.waits() > 0, { what: 'the wait for the reason' });
    const second = logged.client.api.me.read();
    const third = logged.client.fetch(service.url + ME);
    await new Promise(setImmediate);
    expect([isAnswered, sends(logged, ME), logged.ends]).toEqual([false, 1, []]);
    release();
    await expect(first).resolves.toMatchObject(answer);
    await expect(second).resolves.toMatchObject(answer);
    await expect(third).resolves.toMatchObject({ status: 401 });
    expect(logged.ends).toEqual([{ reason: 'revoked_by_user' }]);
    expect(logged.seen).toEqual(logged.ends);
    expect(logged.store.session).toBeUndefined();
  });

  it('is that of the channel when its message comes first', async () => {
    const logged = await start();
    const hasReason = () => logged.socket.received.some(({ type }) => type === 'session.revoked');
    logged.observed.answer = async (request) => {
      const response = await fetch(request);
      await waitFor(hasReason, { what: 'the reason' });
      return response;
    };
    await logged.other.api.sessions.endAll();
    await expect(logged.client.api.me.read()).resolves.toMatchObject(answer);
    expect(logged.ends).toEqual([{ reason: 'revoked_by_user' }]);
    expect(logged.seen).toEqual(logged.ends);
  });

  it('is that of the channel when an exchange is refused', async () => {
    const logged = await start();
    const release = logged.hold();
    await logged.other.api.sessions.endAll();
    logged.store.session = expired(logged.session);
    const read = logged.client.api.me.read();
    await waitFor(() => logged.waits() > 0, { what: 'the wait for the reason' });
    release();
    await expect(read).resolves.toMatchObject(answer);
    expect(logged.observed.exchanges).toBe(1);
    expect(logged.ends).toEqual([{ reason: 'revoked_by_user' }]);
  });

  it('is not known when the channel says nothing for a second', async () => {
    const logged = await start();
    const release = logged.hold();
    await logged.other.api.sessions.endAll();
    await expect(logged.client.api.me.read()).resolves.toMatchObject(answer);
    release();
    expect(logged.ends).toEqual([{ reason: undefined }]);
    expect(logged.seen).toEqual(logged.ends);
  });

  it('is not waited for without a channel', async () => {
    const logged = await start();
    for (const close of closing.splice(0)) close();
    await logged.other.api.sessions.endAll();
    await expect(logged.client.api.me.read()).resolves.toMatchObject(answer);
    expect(logged.waits()).toBe(0);
    expect(logged.ends).toEqual([{ reason: undefined }]);
  });

  it('is not waited for when the client logs in anew', async () => {
    const logged = await start();
    logged.hold();
    await logged.other.api.sessions.endAll();
    const read = logged.client.api.me.read();
    await waitFor(() => logged.waits() > 0, { what: 'the wait for the reason' });
    await logged.client.logIn(logged.account);
    await expect(read).resolves.toMatchObject(answer);
    await expect(logged.client.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
    expect(logged.ends).toEqual([]);
  });
});
