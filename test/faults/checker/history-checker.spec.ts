import type { Operation } from './history.js';
import { base, checkHistory, login, logout, read, rules, setActive, setRole } from './operation-builders.js';

const ACCEPTED = ['accepted after revocation'];
const bySql: Operation = { ...logout(0, 10), kind: 'sql-revoke', instance: -1 };

describe('HistoryChecker', () => {
  describe('on revoked sessions', () => {
    it('flags an acceptance that began after the acknowledgement', () => {
      const { violations } = checkHistory([logout(0, 10), read(11, 12)]);
      expect(violations).toMatchObject([{ rule: 'accepted after revocation', lateMs: 1 }]);
    });

    it.each([
      ['that began before the acknowledgement', [logout(0, 10), read(9, 15)]],
      ['of a logout that ended in an error of the server', [logout(0, 10, 503), read(11, 12)]],
      ['of a logout without an answer', [logout(0, 10, 0), read(11, 12)]],
    ])('allows an acceptance %s', (_, operations) => {
      const everywhere = [{ from: 0, to: 100 }];
      expect(rules(operations, { unavailable: everywhere, unanswered: everywhere })).not.toContain(
        'accepted after revocation',
      );
    });

    it('counts any use that is not refused as an acceptance', () => {
      const second: Operation = { ...logout(20, 21), kind: 'revoke', ends: ['s2'], status: 404 };
      expect(rules([logout(0, 10), second])).toEqual(ACCEPTED);
    });

    it('counts from the first of several acknowledgements', () => {
      expect(rules([logout(0, 50), logout(1, 10), read(20, 21)])).toEqual(ACCEPTED);
    });

    it('takes the refusal of an old refresh token for the end of its session', () => {
      const reuse: Operation = { ...logout(0, 10, 401), kind: 'refresh' };
      expect(rules([reuse, read(11, 12)])).toEqual(ACCEPTED);
    });

    it('holds a change by SQL to its time limit, and reports the slowest', () => {
      const checked = checkHistory([bySql, read(1010, 1011)]);
      expect(checked).toMatchObject({ violations: [], worstSqlMs: 1000 });
      expect(rules([bySql, read(1011, 1012)])).toEqual(ACCEPTED);
    });

    it('prolongs that limit for the instance that is cut off from PostgreSQL, and for no other', () => {
      const everywhere = [{ from: 500, to: 3000 }];
      expect(rules([bySql, read(2011, 2012)], { unavailable: everywhere })).toEqual([]);
      expect(rules([bySql, read(3001, 3002)], { unavailable: everywhere })).toEqual(ACCEPTED);
      const onOne = [{ ...everywhere[0]!, instance: 1 }];
      expect(rules([bySql, read(2011, 2012)], { unavailable: onOne })).toEqual(ACCEPTED);
      expect(rules([bySql, { ...read(2011, 2012), instance: 1 }], { unavailable: onOne })).toEqual([]);
    });

    it('does not prolong that limit where the instance knows of changes, though it cannot serve', () => {
      const unavailable = [{ from: 500, to: 3000, knowsChanges: true }];
      expect(rules([bySql, read(1011, 1012)], { unavailable })).toEqual(ACCEPTED);
    });

    it('prolongs that limit by what the machine took from the reading of the log', () => {
      const trips = [
        { from: 100, to: 110, delayMs: 10 },
        { from: 200, to: 230, delayMs: 30 },
        { from: 1500, to: 2500, delayMs: 1000 },
      ];
      const boundMs = 1010 + 30 + 16 * 20;
      expect(rules([bySql, read(boundMs, boundMs + 1)], { trips })).toEqual([]);
      expect(rules([bySql, read(boundMs + 1, boundMs + 2)], { trips })).toEqual(ACCEPTED);
    });

    it('allows an acceptance after a revocation that was lost with the data, once the loss has happened', () => {
      const lost = [{ from: 0, to: 100, undoneFrom: 100 }];
      expect(rules([logout(0, 10), read(101, 102)], { lost })).toEqual([]);
      expect(rules([logout(0, 10), read(101, 102, 401)], { lost })).toEqual([]);
      expect(rules([logout(0, 10), read(50, 60)], { lost })).toEqual(ACCEPTED);
      expect(rules([logout(0, 10), read(50, 60)], { lost: [{ ...lost[0]!, undoneFrom: 55 }] })).toEqual([]);
      expect(rules([logout(101, 102), read(103, 104)], { lost })).toEqual(ACCEPTED);
    });

    it('allows a refusal of a session whose login or refresh was lost, once the loss has happened', () => {
      const lost = [{ from: 0, to: 100, undoneFrom: 100 }];
      const exchange = { presented: 'a', successor: 'b' };
      const refresh: Operation = { ...read(5, 6), kind: 'refresh', exchange };
      for (const operation of [login('s1', 5, 6), refresh]) {
        expect(rules([operation, read(101, 102, 401)], { lost })).toEqual([]);
        expect(rules([operation, read(50, 60, 401)], { lost })).toEqual(['false refusal']);
        expect(rules([operation, read(101, 102, 401)])).toEqual(['false refusal']);
      }
    });

    it('demands what the older data holds, once every instance uses it', () => {
      const record = { live: new Set(['s1']), ended: new Set<string>(), roles: new Map<string, string>() };
      const loss = { from: 0, to: 100, undoneFrom: 50, settledFrom: 200 };
      const undone = [{ ...loss, record }];
      expect(rules([logout(0, 10), read(150, 151, 401)], { lost: undone })).toEqual([]);
      expect(rules([logout(0, 10), read(200, 201, 401)], { lost: undone })).toEqual(['false refusal']);
      expect(rules([logout(0, 10), read(200, 201)], { lost: undone })).toEqual([]);
      const kept = [{ ...loss, record: { ...record, live: record.ended, ended: record.live } }];
      expect(rules([logout(0, 10), read(150, 151)], { lost: kept })).toEqual([]);
      expect(rules([logout(0, 10), read(200, 201)], { lost: kept })).toEqual(ACCEPTED);
      expect(rules([logout(0, 60), read(200, 201)], { lost: kept })).toEqual([]);
      expect(rules([login('s1', 0, 10), read(200, 201, 401)], { lost: undone })).toEqual(['false refusal']);
    });

    it('flags an acceptance of a deactivated user, also on a session that the request did not name', () => {
      const operations = [login('s1', 0, 5), setActive(false, 10, 20), read(21, 22)];
      expect(rules(operations)).toEqual(ACCEPTED);
      expect(rules([login('s1', 9, 12), setActive(false, 10, 20), read(21, 22)])).toEqual([]);
      expect(rules([setActive(false, 10, 20), login('s1', 21, 25), read(30, 31)])).toEqual([]);
    });

    it('flags an acceptance after an erasure, also on a session that the request did not name', () => {
      const erase: Operation = { ...setActive(false, 10, 20), kind: 'erase' };
      expect(rules([login('s1', 0, 5), erase, read(21, 22)])).toEqual(ACCEPTED);
      expect(rules([login('s1', 0, 5), erase, read(21, 22, 401)])).toEqual([]);
      expect(rules([login('s1', 0, 5), read(6, 7, 401), erase])).toEqual(['false refusal']);
    });

    it("flags an acceptance after the end of everybody's sessions, and none of a later session", () => {
      const end: Operation = {
        ...base,
        kind: 'end-everybody',
        userId: 'admin',
        sessionId: 'of the admin',
        ends: ['of the admin'],
        start: 10,
        end: 20,
        status: 200,
      };
      expect(rules([login('s1', 0, 5), end, read(21, 22)])).toEqual(ACCEPTED);
      expect(rules([login('s1', 0, 5), end, read(15, 22), read(11, 12, 401)])).toEqual([]);
      expect(rules([login('s1', 9, 12), end, read(21, 22), read(21, 22, 401)])).toEqual([]);
      expect(rules([login('s1', 21, 25), end, read(30, 31)])).toEqual([]);
      expect(rules([login('s1', 21, 25), end, read(30, 31, 401)])).toEqual(['false refusal']);
    });

    it('counts the revocations and the requests after them', () => {
      const checked = checkHistory([logout(0, 10), read(11, 12, 401), read(9, 13, 401)]);
      expect(checked).toMatchObject({ revocations: 1, presentedAfterRevocation: 1, violations: [] });
    });
  });

  describe('on live sessions', () => {
    it.each([401, 403])('flags a refusal with %i', (status) => {
      expect(rules([read(0, 1, status)])).toEqual(['false refusal']);
    });

    it('flags a refusal that ended before the revocation began', () => {
      expect(rules([read(0, 9, 401), logout(10, 20)])).toEqual(['false refusal']);
    });

    it.each([
      ['begun', [logout(10, 30), read(11, 12, 401)]],
      ['been sent without an answer', [logout(10, 30, 0), read(50, 51, 401)]],
    ])('allows a refusal once the revocation has %s', (_, operations) => {
      expect(rules(operations, { unanswered: [{ from: 0, to: 100 }] })).toEqual([]);
    });

    it('flags the refusal of a login of an active user, and of a request of the administrator', () => {
      const refused: Operation = { ...base, kind: 'login', start: 30, end: 31, status: 403 };
      expect(rules([refused])).toEqual(['false refusal']);
      expect(rules([setActive(false, 0, 10), refused])).toEqual([]);
      expect(rules([setActive(false, 0, 10), setActive(true, 11, 20), refused])).toEqual(['false refusal']);
      expect(rules([setRole('researcher', 0, 10, 401)])).toEqual(['false refusal']);
    });
  });

  describe('on answers', () => {
    const unavailable = [{ from: 10, to: 20 }];

    it.each([500, 502, 503, 504])('flags %i while nothing excuses it', (status) => {
      expect(rules([read(0, 1, status)])).toEqual(['server error']);
      expect(rules([read(21, 22, status)], { unavailable })).toEqual(['server error']);
    });

    it('tells 503 after a second or more without an answer of PostgreSQL from one without a wait', () => {
      const refused = { ...read(0, 1000, 503), retryAfter: true };
      expect(rules([refused])).toEqual(['late refusal']);
      expect(rules([{ ...refused, end: 999 }])).toEqual(['server error']);
      expect(rules([read(0, 1000, 503)])).toEqual(['server error']);
      expect(rules([{ ...read(0, 1000, 500), retryAfter: true }])).toEqual(['server error']);
    });

    it('allows 503 with Retry-After while PostgreSQL is out of reach, and nothing else', () => {
      expect(rules([{ ...read(12, 13, 503), retryAfter: true }], { unavailable })).toEqual([]);
      expect(rules([{ ...read(5, 11, 503), retryAfter: true }], { unavailable })).toEqual([]);
      expect(rules([read(12, 13, 503)], { unavailable })).toEqual(['no Retry-After']);
      expect(rules([read(12, 13, 500)], { unavailable })).toEqual(['server error']);
    });

    it('allows 503 only on the instance that cannot reach PostgreSQL', () => {
      const onOther = [{ from: 10, to: 20, instance: 1 }];
      const refused = { ...read(12, 13, 503), retryAfter: true };
      expect(rules([refused], { unavailable: onOther })).toEqual(['server error']);
      expect(rules([{ ...refused, instance: 1 }], { unavailable: onOther })).toEqual([]);
    });

    it('allows 503 for requests that may wait for a lock, but not for reads', () => {
      const locked = [{ from: 10, to: 20 }];
      const change = { ...setRole('researcher', 12, 13, 503), retryAfter: true };
      expect(rules([change], { locked })).toEqual([]);
      expect(rules([{ ...read(12, 13, 503), retryAfter: true }], { locked })).toEqual(['server error']);
    });

    it('demands no answer from a change by SQL that failed', () => {
      expect(rules([{ ...logout(0, 1, 0), kind: 'sql-revoke', instance: -1 }])).toEqual([]);
    });

    it('flags 503 for a session that is in the cache, though PostgreSQL is out of reach', () => {
      const refused = { ...read(12, 13, 503), retryAfter: true };
      const cached = [{ instance: 0, from: 12, to: 13, sessionIds: new Set(['s1']) }];
      expect(rules([refused], { unavailable, cached })).toEqual(['server error']);
      const others = [
        { ...refused, start: 11 },
        { ...refused, end: 14 },
        { ...refused, instance: 1 },
        { ...refused, sessionId: 's2' },
        { ...refused, kind: 'sessions' as const },
      ];
      expect(rules(others, { unavailable, cached })).toEqual([]);
    });

    it('flags a missing answer unless an instance was dead', () => {
      expect(rules([read(0, 1, 0)])).toEqual(['no answer']);
      expect(rules([read(0, 1, 0)], { unanswered: [{ from: 1, to: 2 }] })).toEqual([]);
    });
  });
});
