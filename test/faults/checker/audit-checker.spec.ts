import { randomUUID } from 'node:crypto';
import { sql } from '../../support/postgres/sql.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/postgres/test-database.js';
import { checkAudit } from './audit-checker.js';
import { Expectations } from './expectations.js';
import type { Operation } from './history.js';
import { login, logout, setRole } from './operation-builders.js';
import { type Loss, strictPromise } from './promise.js';

type Line = [action: string, sessionId?: string];

const CREATE = 'CREATE TABLE audit_events (id serial, action text, user_id uuid, session_id uuid)';
const INSERT = 'INSERT INTO audit_events (action, user_id, session_id) VALUES ($1, $2, $3)';
const MISSING = ['missing audit line'];
const UNEXPLAINED = ['unexplained audit line'];

describe('checkAudit', () => {
  let database: TestDatabase;
  const userId = randomUUID();
  const session = randomUUID();
  const REVOKED: Line = ['session.revoked', session];

  beforeEach(async () => {
    database = await createEmptyDatabase();
    await sql(database.url, CREATE);
  });

  afterEach(() => database.drop());

  async function rules(operations: Operation[], lines: Line[], lost: readonly Loss[] = []) {
    for (const [action, sessionId] of lines)
      await sql(database.url, INSERT, [action, userId, sessionId ?? null]);
    const own = operations.map((operation) => ({ ...operation, userId }));
    const initial = { role: 'student', password: 'first' };
    const expected = new Expectations(own, strictPromise(), initial, lost);
    return (await checkAudit(database.url, own, expected)).map(({ rule }) => rule);
  }

  const ended: Operation = { ...logout(0, 1), ends: [session] };

  it('accepts one line for each change', async () => {
    const operations = [login(session, 0, 1), ended, setRole('researcher', 0, 1)];
    const lines: Line[] = [['session.opened', session], REVOKED, ['user.role_changed']];
    await expect(rules(operations, lines)).resolves.toEqual([]);
  });

  it.each<[string, Operation]>([
    ['revocation', ended],
    ['login', login(session, 0, 1)],
    ['change of the role', setRole('researcher', 0, 1)],
    ['erasure', { ...setRole('', 0, 1), kind: 'erase', ends: [session] }],
    ['reset of the password', { ...setRole('a new one', 0, 1), kind: 'set-password' }],
    ['removal of the password', { ...setRole('', 0, 1), kind: 'set-password' }],
  ])('flags the missing line of an acknowledged %s', async (_, operation) => {
    await expect(rules([operation], [])).resolves.toEqual(MISSING);
  });

  it('allows a line for a change without an answer, and demands none', async () => {
    await expect(rules([{ ...ended, status: 503 }], [])).resolves.toEqual([]);
    await expect(rules([{ ...ended, status: 503 }], [REVOKED])).resolves.toEqual([]);
  });

  it('demands no line for the end of a session whose login was lost with the data', async () => {
    const opened = login(session, 0, 1);
    const change: Operation = { ...setRole('a new one', 10, 11), kind: 'set-password', ends: [session] };
    const lost = [{ from: 0, to: 5, undoneFrom: 5 }];
    await expect(rules([opened, change], [['user.password_reset']], lost)).resolves.toEqual([]);
    await expect(rules([opened, change], [['session.opened', session]])).resolves.toEqual(MISSING);
  });

  it('flags a line that no request explains', async () => {
    const role = setRole('researcher', 0, 1);
    await expect(rules([role], [['user.role_changed'], ['user.role_changed']])).resolves.toEqual(UNEXPLAINED);
    await expect(rules([], [])).resolves.toEqual([]);
  });

  describe('for refreshes', () => {
    const refresh = (presented: string, status = 200): Operation => ({
      ...login(session, 0, 1),
      kind: 'refresh',
      status,
      exchange: { presented, key: 'key', ...(status === 200 && { successor: `after ${presented}` }) },
    });
    const REPEATED: Line = ['session.refresh_repeated', session];

    it('accepts one line for each answer after the first with the same token', async () => {
      await expect(rules([refresh('a'), refresh('a'), refresh('b')], [REPEATED])).resolves.toEqual([]);
    });

    it('allows a line for a request without an answer, and demands none', async () => {
      await expect(rules([refresh('a', 0), refresh('a')], [])).resolves.toEqual([]);
      await expect(rules([refresh('a', 0), refresh('a')], [REPEATED])).resolves.toEqual([]);
    });

    it('flags the missing line of a repeated answer', async () => {
      await expect(rules([refresh('a'), refresh('a')], [])).resolves.toEqual(MISSING);
    });

    it('flags a line without a second request', async () => {
      await expect(rules([refresh('a'), refresh('b', 401)], [REPEATED])).resolves.toEqual(UNEXPLAINED);
    });
  });

  it('flags the end of a session that nobody asked for', async () => {
    const read: Operation = { ...ended, kind: 'me', ends: [] };
    await expect(rules([read], [REVOKED])).resolves.toEqual(UNEXPLAINED);
  });

  it('accepts the end, with all others, of a session whose login had no answer', async () => {
    const { opened: _, ...unseen } = { ...login(session, 0, 1), status: 0 };
    const change: Operation = { ...setRole('a new one', 10, 11), kind: 'set-password', ends: [] };
    const lines: Line[] = [['user.password_reset'], REVOKED];
    await expect(rules([unseen, change], lines)).resolves.toEqual([]);
    await expect(rules([unseen], [])).resolves.toEqual(UNEXPLAINED);
    await expect(rules([change], [])).resolves.toEqual(UNEXPLAINED);
  });

  it('flags two lines for the end of one session', async () => {
    const found = await rules([ended], [REVOKED, REVOKED]);
    expect(new Set(found)).toEqual(new Set(UNEXPLAINED));
  });
});
