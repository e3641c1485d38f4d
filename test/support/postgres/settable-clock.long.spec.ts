import pg from 'pg';
import { PostgresServer } from './postgres-server.js';
import { SettableClock } from './settable-clock.js';

const AHEAD = `SELECT extract(epoch FROM clock_timestamp()) - $1::float8 AS ahead`;

describe('a clock of PostgreSQL that a test sets', () => {
  let clock: SettableClock;
  let server: PostgresServer;

  beforeAll(async () => {
    clock = await SettableClock.create();
    server = await PostgresServer.start({ env: clock.environment });
  });
  afterAll(async () => {
    await server.stop();
    await clock.remove();
  });

  it('is seen at once by connections that are open and by new ones', async () => {
    const open = new pg.Client({ connectionString: server.url() });
    await open.connect();
    const aheadOf = async (client: pg.Client) =>
      Number((await client.query<{ ahead: string }>(AHEAD, [Date.now() / 1000])).rows[0]!.ahead);
    for (const seconds of [0, 7200, -7200, 0]) {
      await clock.setAhead(seconds);
      const later = new pg.Client({ connectionString: server.url() });
      await later.connect();
      for (const client of [open, later])
        expect(Math.abs((await aheadOf(client)) - seconds)).toBeLessThan(60);
      await later.end();
    }
    await open.end();
  });
});
