import type { AppProcess } from '../../../test/support/app/app-process.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createClient, type LiveUser, type SessionEnd, type Watch } from '../src/index.js';
import { recordedSockets } from './recorded-socket.js';
import { expired, type LoggedIn, logInAnew, startService, withLife } from './service.js';

/** Node.js 20 has none. */
const GLOBAL: unknown = Reflect.get(globalThis, 'WebSocket');
const setGlobal = (value: unknown) => Reflect.set(globalThis, 'WebSocket', value);

describe('client.watch', () => {
  let service: AppProcess;
  const watches: Watch[] = [];
  beforeAll(async () => (service = await startService()));
  afterEach(() => {
    for (const watch of watches.splice(0)) watch.close();
    jest.restoreAllMocks();
    setGlobal(GLOBAL);
  });
  afterAll(() => service.stop());

  async function watch({ client }: Pick<LoggedIn, 'client'>) {
    const seen = { ends: [] as SessionEnd[], users: [] as LiveUser[], connections: [] as boolean[] };
    const opened = await client.watch({
      onEnd: (end) => seen.ends.push(end),
      onUpdate: (user) => seen.users.push(user),
      onConnection: (isOpen) => seen.connections.push(isOpen),
    });
    watches.push(opened);
    return { ...seen, close: opened.close };
  }

  async function start() {
    const { sockets, WebSocket, silence } = recordedSockets();
    const ends: SessionEnd[] = [];
    const logged = await logInAnew(service.url, { WebSocket, onEnd: (end) => ends.push(end) });
    return { ...logged, sockets, silence, clientEnds: ends };
  }

  const until = (what: string, condition: () => boolean) => waitFor(condition, { what });
  const isOpen = ({ connections }: { connections: boolean[] }) => connections.at(-1) === true;

  /** A client with a channel that is open. */
  async function open() {
    const logged = await start();
    const live = await watch(logged);
    await until('the channel', () => isOpen(live));
    return { logged, live };
  }

  /** A second client of the same account, with a session of its own. */
  async function elsewhere({ account }: LoggedIn) {
    const client = createClient({ baseUrl: service.url });
    await client.logIn(account);
    return client;
  }

  it('gives the end of the session with its reason, to the watch and to the client, once', async () => {
    const { logged, live } = await open();
    const { api } = await elsewhere(logged);
    await api.sessions.endAll();
    await until('the end', () => live.ends.length > 0);
    await expect(logged.client.api.me.read()).resolves.toMatchObject({ response: { status: 401 } });
    expect(live.ends).toEqual([{ reason: 'revoked_by_user' }]);
    expect(logged.clientEnds).toEqual([{ reason: 'revoked_by_user' }]);
    expect(logged.store.session).toBeUndefined();
    expect(logged.sockets).toHaveLength(1);
  });

  it('gives the changes of the user, and sends the token in no URL and no header', async () => {
    const { logged, live } = await open();
    await logged.client.api.me.update({ body: { full_name: 'Ada King' } });
    await until('the change', () => live.users.length > 0);
    const { email } = logged.account;
    const user = { email, full_name: 'Ada King', role: 'student', is_active: true };
    expect(live.users[0]).toEqual({ id: expect.any(String), ...user });
    const [socket] = logged.sockets;
    expect(socket!.protocol).toBe('ergodrive.v1');
    expect(socket!.url).not.toContain(logged.session.accessToken);
    expect(socket!.sent).toEqual([expect.stringContaining(logged.session.accessToken), '{"type":"ping"}']);
  });

  it('ends at the logout of its own client', async () => {
    const { logged, live } = await open();
    await logged.client.logOut();
    await until('the end', () => live.ends.length > 0);
    expect(live.ends).toEqual([{ reason: 'logout' }]);
    expect(logged.clientEnds).toEqual([{ reason: 'logout' }]);
  });

  it('renews the token on the channel before it expires', async () => {
    const logged = await start();
    // Half a second before the renewal, which is half a minute before the expected expiry.
    logged.store.session = { ...withLife(logged.session, 4), expiresAt: Date.now() + 30_500 };
    const live = await watch(logged);
    const statuses = () => logged.sockets[0]?.received.map(({ status }) => status) ?? [];
    await until('the renewal', () => statuses().includes('renewed'));
    expect(logged.observed.exchanges).toBe(1);
    const expiry = logged.sockets[0]!.received.at(0)!['expires_at'] as string;
    await until('the expiry of the first token', () => Date.now() > Date.parse(expiry) + 1500);
    expect(live.connections).toEqual([true]);
    expect(logged.sockets).toHaveLength(1);
  });

  it('refreshes and connects again when the token has expired on the channel', async () => {
    const logged = await start();
    logged.store.session = withLife(logged.session, 2);
    const live = await watch(logged);
    await until('the second channel', () => live.connections.length === 3);
    expect(live.connections).toEqual([true, false, true]);
    expect(logged.observed.exchanges).toBe(1);
    expect(live.ends).toEqual([]);
  });

  it('begins with a token that has expired', async () => {
    const logged = await start();
    logged.store.session = expired(logged.session);
    const live = await watch(logged);
    await until('the channel', () => isOpen(live));
    expect(logged.observed.exchanges).toBe(1);
  });

  it('connects again after an interruption, also when the service has to be waited for', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    const logged = await start();
    logged.observed.answer = () => Promise.reject(new TypeError('fetch failed'));
    const live = await watch(logged);
    await until('the failure', () => logged.observed.paths.includes('/api/v1/sessions'));
    logged.observed.answer = (request) => fetch(request);
    await until('the channel', () => isOpen(live));
    logged.sockets[0]!.terminate();
    await until('the second channel', () => live.connections.length === 3);
    expect(live.connections).toEqual([true, false, true]);
    expect(logged.sockets).toHaveLength(2);
  });

  it('replaces a channel on which nothing arrives any more, and keeps an idle one', async () => {
    const wait = globalThis.setTimeout;
    const pingSooner = (work: () => void, ms?: number) => wait(work, ms === 30_000 ? 300 : ms);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(pingSooner);
    const logged = await start();
    const live = await watch(logged);
    const pongs = () => logged.sockets[0]?.received.filter(({ type }) => type === 'pong') ?? [];
    await until('the third answer', () => pongs().length >= 3);
    expect(live.connections).toEqual([true]);
    logged.silence(logged.sockets[0]!);
    await until('the second channel', () => live.connections.length === 3);
    expect(live.connections).toEqual([true, false, true]);
    await until('the close of the first', () => logged.sockets[0]!.readyState === logged.sockets[0]!.CLOSED);
  });

  it('finds, when it connects again, that the session has ended meanwhile', async () => {
    const { logged, live } = await open();
    const { api } = await elsewhere(logged);
    const [socket] = logged.sockets;
    socket!.terminate();
    await api.sessions.endAll();
    await until('the end', () => live.ends.length > 0);
    expect(logged.clientEnds).toEqual(live.ends);
    expect(logged.store.session).toBeUndefined();
  });

  it('connects to the next instance when the service restarts', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    const { live } = await open();
    await service.restart();
    await waitFor(() => live.connections.length === 3, { what: 'the second channel', timeoutMs: 60_000 });
    expect(live.connections).toEqual([true, false, true]);
    expect(live.ends).toEqual([]);
  });

  it('calls nothing any more after close(), and does not connect again', async () => {
    const { logged, live } = await open();
    live.close();
    await until('the close', () => logged.sockets[0]!.readyState === logged.sockets[0]!.CLOSED);
    await logged.client.logOut();
    expect(logged.clientEnds).toEqual([{ reason: 'logout' }]);
    expect([live.ends, live.connections, logged.sockets.length]).toEqual([[], [true], 1]);
  });

  it('opens no channel when it is closed before', async () => {
    const logged = await start();
    let answers = 0;
    logged.observed.answer = (request) => fetch(request).finally(() => (answers += 1));
    (await watch(logged)).close();
    await until('the id of the session', () => answers === 1);
    await logged.client.api.me.read();
    expect(logged.sockets).toEqual([]);
  });

  it('is over without an end when its own client logs in anew', async () => {
    const { logged, live } = await open();
    await logged.client.logIn(logged.account);
    await until('the close', () => logged.sockets[0]!.readyState === logged.sockets[0]!.CLOSED);
    expect([live.ends, logged.clientEnds]).toEqual([[], []]);
    const next = await watch(logged);
    await until('the channel of the next session', () => isOpen(next));
  });

  it('refuses to begin without a session, or without a WebSocket', async () => {
    const { WebSocket } = recordedSockets();
    const stranger = createClient({ baseUrl: service.url, WebSocket });
    await expect(stranger.watch({})).rejects.toThrow('There is no session to watch: log in first');
    const { client } = await logInAnew(service.url);
    setGlobal(undefined);
    await expect(client.watch({})).rejects.toThrow('There is no global WebSocket: give one as an option');
  });

  it('uses the global WebSocket by default', async () => {
    const { sockets, WebSocket } = recordedSockets();
    setGlobal(WebSocket);
    const live = await watch(await logInAnew(service.url));
    await until('the channel', () => isOpen(live));
    expect(sockets).toHaveLength(1);
  });
});
