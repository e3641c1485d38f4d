import pg from 'pg';
import { AuditLogService } from '../../src/audit/audit-log.service.js';
import { AuditOutbox } from '../../src/audit/audit-outbox.service.js';
import { FollowedHistory } from '../../src/database/followed-history.js';
import { HotStatements } from '../../src/database/hot-statements.js';
import { PATIENT } from '../support/app/patient.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';

/** More than two batches. */
const MANY = 500;

/** Of the index. */
interface Reads {
  scans: number;
  entries: number;
}

describe('the outbox of audit events', () => {
  let database: TestDatabase;
  let app: AppInProcess;
  let operator: pg.Client;
  let other: pg.Client;
  let followed: FollowedHistory;
  let outbox: AuditOutbox;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await AppInProcess.start({ ...PATIENT, DATABASE_URL: database.url });
    await app.get(AuditLogService).onApplicationShutdown();
    [operator, other] = await Promise.all([connected(), connected()]);
  });
  beforeEach(async () => {
    await operator.query('DELETE FROM audit_outbox');
    followed = new FollowedHistory();
    outbox = anInstance();
    await take();
  });
  afterAll(async () => {
    await Promise.all([operator.end(), other.end()]);
    await app.stop();
    await database.drop();
  });

  const connected = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  };
  /** The outbox as an instance of its own has it. */
  const anInstance = () => new AuditOutbox(app.get(HotStatements), followed);
  const insert = async (client: pg.Client, count = 1): Promise<string[]> => {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO audit_events (action) SELECT 'user.registered' FROM generate_series(1, $1) RETURNING id::text`,
      [count],
    );
    return rows.map(({ id }) => id);
  };
  const take = async (of = outbox): Promise<string[]> => {
    const ids: string[] = [];
    await of.take((event) => ids.push(String(event['event_id'])));
    return ids;
  };

  it('gives each event once, with all its members', async () => {
    const [id] = await insert(operator);
    const events: unknown[] = [];
    for (let round = 0; round < 3; round++) await outbox.take((event) => events.push(event));
    const { rows } = await operator.query<{ event: object }>(
      `SELECT to_jsonb(audit_events) - 'id' - 'at' AS event FROM audit_events WHERE id = $1`,
      [id],
    );
    expect(events).toEqual([{ ...rows[0]!.event, event_id: id, at: expect.any(Date) }]);
  });

  it('gives an event that commits after later ones', async () => {
    await other.query('BEGIN');
    const early = await insert(other);
    const late = await insert(operator, MANY);
    await expect(take()).resolves.toEqual(late);
    await expect(take()).resolves.toEqual([]);
    await other.query('COMMIT');
    await expect(take()).resolves.toEqual(early);
  });

  it('gives no event of a transaction that is rolled back', async () => {
    await other.query('BEGIN');
    await insert(other);
    await expect(take()).resolves.toEqual([]);
    await other.query('ROLLBACK');
    await expect(take()).resolves.toEqual([]);
  });

  it('gives an event that another instance was taking when it was killed', async () => {
    const ids = await insert(operator, 3);
    await other.query('BEGIN');
    await other.query('DELETE FROM audit_outbox WHERE event_id = $1', [ids[0]]);
    await expect(take()).resolves.toEqual(ids.slice(1));
    await expect(take()).resolves.toEqual([]);
    await other.query('ROLLBACK');
    await expect(take()).resolves.toEqual(ids.slice(0, 1));
  });

  it('gives the events again whose lines could not be written', async () => {
    const ids = await insert(operator, MANY);
    const fail = () => {
      throw new Error('no line');
    };
    await expect(outbox.take(fail)).rejects.toThrow('no line');
    await expect(take()).resolves.toEqual(ids);
  });

  it('shares events between instances that take at the same time, each once', async () => {
    const ids = await insert(operator, MANY * 4);
    const taken = await Promise.all([outbox, anInstance(), anInstance()].map((each) => take(each)));
    const left = await take();
    expect([...taken.flat(), ...left].sort()).toEqual([...ids].sort());
  });

  it('is read from its beginning in another history, where transactions have other numbers', async () => {
    const [id] = await insert(operator);
    await take();
    await operator.query(`INSERT INTO audit_outbox (event_id, xid) VALUES ($1, '1')`, [id]);
    await expect(take()).resolves.toEqual([]);
    followed.current = 'another history';
    await expect(take()).resolves.toEqual([id]);
  });

  it('does not read the taken events again that an open snapshot keeps in the table', async () => {
    const reads = async () => {
      const { rows } = await operator.query<Reads>(
        `SELECT idx_scan::int AS scans, idx_tup_read::int AS entries FROM pg_stat_user_indexes
         WHERE indexrelname = 'audit_outbox_pkey'`,
      );
      return rows[0]!;
    };
    /** PostgreSQL counts with a delay. */
    const counted = async (isEnough: (now: Reads) => boolean): Promise<Reads> => {
      const seen: Reads[] = [];
      const isCounted = async () => {
        await take();
        seen.push(await reads());
        return isEnough(seen.at(-1)!);
      };
      await waitFor(isCounted, { what: 'the counts', intervalMs: 100, timeoutMs: 30_000 });
      return seen.at(-1)!;
    };
    await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await other.query('SELECT FROM audit_outbox');
    const before = await reads();
    await insert(operator, MANY);
    await expect(take()).resolves.toHaveLength(MANY);
    const drained = await counted(({ entries }) => entries >= before.entries + MANY);
    const later = await counted(({ scans }) => scans > drained.scans + 10);
    expect(later.entries - drained.entries).toBeLessThan(MANY);
    await other.query('COMMIT');
  });
});
