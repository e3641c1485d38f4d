import { AuditRetentionService } from '../../src/audit/audit-retention.service.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { AppInProcess } from './app-in-process.js';
import { appSuite } from './app-suite.js';

const RETENTION_DAYS = '30';
const BATCH = 1000;

describe('the retention of the audit trail', () => {
  const { app } = appSuite({ AUDIT_RETENTION_DAYS: RETENTION_DAYS });

  const prune = () => app.get(AuditRetentionService).prune();
  const add = (age: string, count = 1) =>
    app.query(
      `INSERT INTO audit_events (action, at, details)
       SELECT 'session.opened', now() - $1::interval, jsonb_build_object('age', $1::text) FROM generate_series(1, $2::int)`,
      [age, count],
    );
  const ages = async () =>
    (
      (await app.query(`SELECT DISTINCT details->>'age' AS age FROM audit_events ORDER BY 1`)) as {
        age: string;
      }[]
    ).map(({ age }) => age);

  it('deletes all older events, however many there are, and no others', async () => {
    await add('31 days', BATCH * 2 + 10);
    await add('29 days', 3);
    await add('1 day');
    await expect(prune()).resolves.toBe(BATCH * 2 + 10);
    await expect(ages()).resolves.toEqual(['1 day', '29 days']);
    await expect(prune()).resolves.toBe(0);
  });

  it('leaves the remaining events append-only, also on the connections that it used', async () => {
    await add('31 days');
    await prune();
    for (let attempt = 0; attempt < 12; attempt++) {
      await expect(app.query('DELETE FROM audit_events')).rejects.toThrow('append-only');
      await expect(app.query(`UPDATE audit_events SET action = 'x'`)).rejects.toThrow('append-only');
    }
  });

  it('deletes each event once when two instances prune at the same time', async () => {
    await add('31 days', BATCH + 1);
    const removed = await Promise.all([prune(), prune()]);
    const rest = await prune();
    expect(removed[0] + removed[1] + rest).toBe(BATCH + 1);
  });
});

describe('a retention of zero days', () => {
  it('keeps everything: the task is never started', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url, AUDIT_RETENTION_DAYS: '0' });
    const task = Reflect.get(app.get(AuditRetentionService), 'task') as { timer: unknown };
    expect(task.timer).toBeUndefined();
    await app.stop();
    await database.drop();
  });
});

describe('the retention of the audit trail in the embedded database', () => {
  it('deletes older events, and leaves the rest append-only', async () => {
    const app = await AppInProcess.start({ AUDIT_RETENTION_DAYS: RETENTION_DAYS });
    try {
      await app.query(`
        INSERT INTO audit_events (action, at)
        SELECT 'session.opened', now() - i * interval '20 days' FROM generate_series(1, 3) i`);
      await expect(app.get(AuditRetentionService).prune()).resolves.toBe(2);
      await expect(app.query('DELETE FROM audit_events')).rejects.toThrow('append-only');
    } finally {
      await app.stop();
    }
  });
});
