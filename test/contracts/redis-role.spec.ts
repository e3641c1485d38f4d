import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { ConnectedStore } from './redis-store.js';

/** A replica serves entries that were invalidated on its master, and refuses to delete them. */
describe('RedisConnection to a replica', () => {
  let master: RedisServer;
  let replica: RedisServer;
  let connected: ConnectedStore;
  beforeEach(async () => {
    master = await RedisServer.start();
    replica = await RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    const follows = async () => String(await replica.cli('INFO', 'replication')).includes('link_status:up');
    await waitFor(follows, { what: 'the replica to follow its master' });
    connected = new ConnectedStore(replica.url, { deadlineMs: 5_000 });
  });
  afterEach(async () => {
    await connected.close();
    await Promise.all([replica.stop(), master.stop()]);
  });

  it('is not trusted until the replica becomes the master', async () => {
    await waitFor(() => connected.readiness.reason.includes('replica'), {
      what: 'the replica to be refused',
    });
    expect(connected.replays).toBe(0);
    expect(connected.readiness.transitions.trusted).toBe(0);
    await replica.cli('REPLICAOF', 'NO', 'ONE');
    await connected.trusted();
  });
});
