import pg from 'pg';
import { LogRetentionService } from '../../src/log/log-retention.service.js';
import { appSuite, connectedClient } from './app-suite.js';

const WINDOW_SECONDS = 30 * 60 + 300;

describe('the retention of the invalidation log', () => {
  const { app, database } = appSuite();
  let operator: pg.Client;

  beforeAll(async () => {
    operator = await connectedClient(database.url);
  });

  it('deletes the rows that no replay needs, and no others, in more than one batch', async () => {
    const horizon = async () => {
      const { rows } = await operator.query<{ next: string }>('SELECT pg_current_xact_id()::text AS next');
      return rows[0]!.next;
    };
    const write = (count: number) =>
      operator.query(
        `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, $1)`,
        [count],
      );
    const notePosition = async (ageSeconds: number) =>
      operator.query(
        `INSERT INTO log_positions (history, at, horizon)
         SELECT (SELECT history FROM log_positions ORDER BY at DESC LIMIT 1), now() - make_interval(secs => $1), $2::xid8`,
        [ageSeconds, await horizon()],
      );
    await app.get(LogRetentionService).storePosition();
    await operator.query('DELETE FROM invalidations');
    await write(12_000);
    await notePosition(WINDOW_SECONDS * 2 + 120);
    await write(3);
    await notePosition(WINDOW_SECONDS * 2 + 60);
    await write(4);
    await notePosition(WINDOW_SECONDS * 2 - 60);
    await write(5);
    await expect(app.get(LogRetentionService).prune()).resolves.toBe(12_003);
    const { rows } = await operator.query<{ left: number }>(
      'SELECT count(*)::int AS left FROM invalidations',
    );
    expect(rows).toEqual([{ left: 9 }]);
    const { rows: positions } = await operator.query(
      'SELECT 1 FROM log_positions WHERE at < now() - interval $$1 hour$$',
    );
    expect(positions).toHaveLength(2);
    await operator.query(`DELETE FROM log_positions WHERE at < now() - interval '1 minute'`);
  });

  it('keeps positions of other histories as long as tokens of their clocks can live', async () => {
    const ages = [-7200, 0, WINDOW_SECONDS * 2 - 60, WINDOW_SECONDS * 2 + 60];
    await operator.query(
      `INSERT INTO log_positions SELECT 'other', now() - make_interval(secs => age), '0' FROM unnest($1::int[]) AS age`,
      [ages],
    );
    await app.get(LogRetentionService).prune();
    const { rows } = await operator.query(`SELECT FROM log_positions WHERE history = 'other'`);
    expect(rows).toHaveLength(ages.length - 1);
  });
});
