import type { AppProcess } from '../../../test/support/app/app-process.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createClient, type SessionsChange } from '../src/index.js';
import { recordedSockets } from './recorded-socket.js';
import { logInAnew, startService } from './service.js';

describe('client.watch, the list of sessions', () => {
  let service: AppProcess;
  beforeAll(async () => {
    service = await startService();
  });
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
    expect(changes).toEqual([
      { sessionId, reason: null },
      { sessionId, reason: null },
      { sessionId, reason: 'logout' },
    ]);
  });
});
