import pg from 'pg';
import { AuditLogService } from '../../src/audit/audit-log.service.js';
import { AuditOutbox } from '../../src/audit/audit-outbox.js';
import { type HotStatement, HotStatements } from '../../src/database/hot-statements.js';
import { Standing } from '../../src/standing/standing.js';
import { PATIENT } from '../support/app/patient.js';
import { appSuite, connectedClient } from './app-suite.js';

/** More than two batches. */
const MANY = 500;

/** What this session has read of the outbox's index and has not reported yet: it reports between transactions, and not at once. */
const INDEX_READS: HotStatement = {
  name: 'test_index_reads',
  text: `SELECT pg_stat_get_xact_tuples_returned('audit_outbox_pkey'::regclass)::int AS entries`,
};

describe('the outbox of audit events', () => {
  const { app, database } = appSuite({ ...PATIENT });
  let operator: pg.Client;
  let other: pg.Client;
  let standing: Standing;
  let outbox: AuditOutbox;

  beforeAll(async () => {
    await app.get(AuditLogService).onApplicationShutdown();
    [operator, other] = await Promise.all([connected(), connected()]);
  });
  beforeEach(async () => {
    await operator.query('DELETE FROM audit_outbox');
    standing = new Standing();
    outbox = anInstance();
    await take();
  });

  const connected = async () => {
    const client = await connectedClient(database.url);
    return client;
  };
  /** The outbox as an instance of its own has it. */
  const anInstance = () => new AuditOutbox(app.get(HotStatements), standing);
  /** Statements that note for each transaction how many entries of the outbox's index it read. */
  const countingReads = (reads: number[]): HotStatements => {
    const statements = app.get(HotStatements);
    const transaction: HotStatements['transaction'] = (work) =>
      statements.transaction(async (opened) => {
        const entries = async () => (await opened.run<{ entries: number }>(INDEX_READS, []))[0]!.entries;
        const before = await entries();
        const result = await work(opened);
        reads.push((await entries()) - before);
        return result;
      });
    return Object.assign(Object.create(statements) as HotStatements, { transaction });
  };
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
    standing.adopt('another history');
    await expect(take()).resolves.toEqual([id]);
  });

  it('does not read the taken events again that an open snapshot keeps in the table', async () => {
    const reads: number[] = [];
    const counted = new AuditOutbox(countingReads(reads), standing);
    await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await other.query('SELECT FROM audit_outbox');
    await insert(operator, MANY);
    await expect(take(counted)).resolves.toHaveLength(MANY);
    expect(sum(reads)).toBeGreaterThanOrEqual(MANY);
    reads.length = 0;
    for (let round = 0; round < 10; round++) await take(counted);
    expect(reads).toHaveLength(10);
    expect(sum(reads)).toBeLessThan(MANY);
    await other.query('COMMIT');
  });
});

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
