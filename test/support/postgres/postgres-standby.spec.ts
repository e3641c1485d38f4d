import { PostgresDump } from './postgres-dump.js';
import { PostgresServer } from './postgres-server.js';
import { PostgresStandby } from './postgres-standby.js';

describe('PostgresStandby with PostgresDump', () => {
  let primary: PostgresServer;

  const write = (value: number) => primary.query(`INSERT INTO numbers VALUES (${value})`);
  const readFrom = async (server: PostgresServer, database?: string) => {
    const rows = await server.query<{ n: number }>('SELECT n FROM numbers ORDER BY n', [], database);
    return rows.map(({ n }) => n);
  };

  beforeEach(async () => {
    primary = await PostgresServer.start({ durability: 'process' });
    await primary.query('CREATE TABLE numbers (n int)');
    await write(1);
  });

  afterEach(() => primary.stop());

  it('lags behind while its replay is paused, and catches up', async () => {
    const standby = await PostgresStandby.of(primary);
    await standby.pauseReplay();
    await write(2);
    await expect(readFrom(standby.server)).resolves.toEqual([1]);
    await standby.resumeReplay();
    await standby.caughtUp();
    await expect(readFrom(standby.server)).resolves.toEqual([1, 2]);
    await standby.stop();
  });

  it('is promoted without what was committed after its replication stalled', async () => {
    const standby = await PostgresStandby.of(primary);
    await standby.stallReplication();
    await write(2);
    await primary.kill9();
    await standby.promote();
    await standby.server.query('INSERT INTO numbers VALUES (3)');
    await expect(readFrom(standby.server)).resolves.toEqual([1, 3]);
    await standby.stop();
  });

  it('restores a dump into an empty database, and over a changed one', async () => {
    const dump = await PostgresDump.of(primary.url());
    await write(2);
    const copy = await primary.createDatabase();
    await dump.restore(copy.url);
    await expect(readFrom(primary, new URL(copy.url).pathname.slice(1))).resolves.toEqual([1]);
    await dump.restore(primary.url(), { clean: true });
    await expect(readFrom(primary)).resolves.toEqual([1]);
    await copy.drop();
    await dump.remove();
  });
});
