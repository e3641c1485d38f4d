import type { AppProcess } from '../../../test/support/app/app-process.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createClient, type SessionEnd, type SessionsChange } from '../src/index.js';
import { recordedSockets } from './recorded-socket.js';
import { logInAnew, startService } from './service.js';

describe('client.watch, other sessions', () => {
  let service: AppProcess;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.stop());

  it('says when another session of the account is opened, named and ended', async () => {
    const { WebSocket } = recordedSockets();
    const { client, account } = await logInAnew(service.url, { WebSocket });
    const changes: SessionsChange[] = [];
    let isOpen = false;
    const watch = await client.watch({
      onSessions: (change) => changes.push(change),
      onConnection: (open) => (isOpen = open),
    });
    await waitFor(() => isOpen, { what: 'the channel' });
    const { api, logIn } = createClient({ baseUrl: service.url });
    await logIn(account);
    await waitFor(() => changes.length === 1, { what: 'the opening' });
    const { sessionId } = changes[0]!;
    await api.sessions.name({
      path: { id: sessionId },
      body: { device_name: 'My phone' },
      throwOnError: true,
    });
    await waitFor(() => changes.length === 2, { what: 'the name' });
    await api.auth.logout({ throwOnError: true });
    await waitFor(() => changes.length === 3, { what: 'the end' });
    watch.close();
    expect(changes).toEqual([null, null, 'logout'].map((reason) => ({ sessionId, reason })));
  });

  it('watches another session until that ends, and keeps its own', async () => {
    const { WebSocket } = recordedSockets();
    const { client, account } = await logInAnew(service.url, { WebSocket });
    const other = createClient({ baseUrl: service.url });
    const ends: SessionEnd[] = [];
    const changes: SessionsChange[] = [];
    await other.logIn(account);
    const { data } = await other.api.sessions.list({ throwOnError: true });
    let isOpen = false;
    const handlers = {
      onEnd: (end: SessionEnd) => ends.push(end),
      onSessions: (change: SessionsChange) => changes.push(change),
      onConnection: (open: boolean) => (isOpen = open),
    };
    await client.watch(handlers, data.sessions.find(({ current }) => current)!.id);
    await waitFor(() => isOpen, { what: 'the channel' });
    await createClient({ baseUrl: service.url }).logIn(account);
    await waitFor(() => changes.length === 1, { what: 'the opening of a third session' });
    await other.logOut();
    await waitFor(() => ends.length === 1, { what: 'the end of the other session' });
    expect({ ends, isOpen }).toEqual({ ends: [{ reason: 'logout' }], isOpen: false });
    const own = await client.api.me.read({ throwOnError: true });
    expect(own.data).toMatchObject({ email: account.email });
  });

  it('says that a session may not be watched, and keeps its own', async () => {
    const { WebSocket } = recordedSockets();
    const { client } = await logInAnew(service.url, { WebSocket });
    const stranger = await logInAnew(service.url, {});
    const { data } = await stranger.client.api.sessions.list({ throwOnError: true });
    const ends: SessionEnd[] = [];
    await client.watch({ onEnd: (end) => ends.push(end) }, data.sessions[0]!.id);
    await waitFor(() => ends.length === 1, { what: 'the refusal' });
    expect(ends).toEqual([{ reason: undefined }]);
    await expect(client.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
  });
});
