import type { Operation } from './history.js';
import { base, login, read, rules, setRole } from './operation-builders.js';

const STALE = ['stale role'];

describe('HistoryChecker', () => {
  describe('on roles', () => {
    it('flags the old role after an acknowledged change', () => {
      expect(rules([setRole('researcher', 0, 10), read(11, 12, 200, 'student')])).toEqual(STALE);
    });

    it('flags a role that nobody has given', () => {
      expect(rules([setRole('researcher', 10, 20), read(0, 5, 200, 'researcher')])).toEqual(STALE);
    });

    it('allows either role while a change is under way or its outcome is unknown', () => {
      for (const role of ['student', 'researcher']) {
        expect(rules([setRole('researcher', 0, 10), read(9, 12, 200, role)])).toEqual([]);
        const unanswered = { ...setRole('researcher', 0, 10, 503), retryAfter: true };
        const unknown = [unanswered, { ...read(11, 12, 200, role), retryAfter: true }];
        expect(rules(unknown, { unavailable: [{ from: 0, to: 10 }] })).toEqual([]);
      }
    });

    it('demands the role of the last of several changes', () => {
      const changes = [setRole('researcher', 0, 10), setRole('student', 20, 30)];
      expect(rules([...changes, read(31, 32, 200, 'student')])).toEqual([]);
      expect(rules([...changes, read(31, 32, 200, 'researcher')])).toEqual(STALE);
      expect(rules([...changes, read(12, 25, 200, 'student')])).toEqual([]);
    });

    it('allows the old role for a while after a change by SQL', () => {
      const change: Operation = { ...setRole('researcher', 0, 10), kind: 'sql-set-role', instance: -1 };
      expect(rules([change, read(1010, 1011, 200, 'student')])).toEqual([]);
      expect(rules([change, read(1011, 1012, 200, 'student')])).toEqual(STALE);
      expect(rules([change, read(11, 12, 200, 'admin')])).toEqual(STALE);
    });

    it('ignores a rejected change', () => {
      expect(rules([setRole('researcher', 0, 10, 409), read(11, 12, 200, 'researcher')])).toEqual(STALE);
    });

    it('demands the role of the older data after a loss, once every instance uses it', () => {
      const roles = new Map([['ada', 'student']]);
      const record = { live: new Set<string>(), ended: new Set<string>(), roles };
      const lost = [{ from: 0, to: 100, undoneFrom: 50, settledFrom: 200, record }];
      const changed = setRole('researcher', 0, 10);
      expect(rules([changed, read(150, 151, 200, 'researcher')], { lost })).toEqual([]);
      expect(rules([changed, read(200, 201, 200, 'researcher')], { lost })).toEqual(STALE);
      expect(rules([changed, read(200, 201, 200, 'student')], { lost })).toEqual([]);
      const again = setRole('admin', 110, 120);
      expect(rules([changed, again, read(200, 201, 200, 'student')], { lost })).toEqual(STALE);
    });

    it('allows either role after a change that was lost with the data', () => {
      const lost = [{ from: 0, to: 100, undoneFrom: 100 }];
      for (const role of ['student', 'researcher'])
        expect(rules([setRole('researcher', 0, 10), read(101, 102, 200, role)], { lost })).toEqual([]);
      expect(rules([setRole('researcher', 0, 10), read(50, 60, 200, 'student')], { lost })).toEqual(STALE);
    });
  });

  describe('on expiry', () => {
    const expiring = (start: number, end: number, status = 200): Operation => ({
      ...read(start, end, status),
      expiresAt: 1000,
    });

    it('flags an acceptance after the expiry, beyond the margin of the clocks', () => {
      expect(rules([expiring(1249, 1260)])).toEqual([]);
      expect(rules([expiring(1251, 1260)])).toEqual(['accepted after expiry']);
    });

    it('flags a refusal before the expiry', () => {
      expect(rules([expiring(740, 749, 401)])).toEqual(['false refusal']);
      expect(rules([expiring(740, 751, 401)])).toEqual([]);
    });
  });

  describe('on passwords', () => {
    const change = (password: string, sets: string, start: number, end: number): Operation => {
      const facts = { kind: 'set-password' as const, sessionId: 's9', password, sets, ends: [] };
      return { ...base, ...facts, start, end, status: 200 };
    };
    const logInWith = (password: string, start: number, status = 200): Operation => {
      return { ...login('s2', start, start + 1), password, status };
    };

    it('flags a login with an old password, and a refused login with the current one', () => {
      const changed = change('first', 'second', 0, 10);
      expect(rules([changed, logInWith('first', 11)])).toEqual(['stale password']);
      expect(rules([changed, logInWith('second', 11)])).toEqual([]);
      expect(rules([changed, logInWith('second', 11, 401)])).toEqual(['false refusal']);
      expect(rules([changed, logInWith('first', 11, 401)])).toEqual([]);
    });

    it('allows either password while a change is under way', () => {
      for (const status of [200, 401])
        expect(rules([change('first', 'second', 0, 10), logInWith('first', 5, status)])).toEqual([]);
    });

    it('flags the second of two changes from the same old password', () => {
      const changes = [change('first', 'second', 0, 10), change('first', 'third', 5, 20)];
      expect(rules(changes)).toEqual(['lost password change']);
      expect(rules([changes[0]!, change('second', 'third', 11, 20)])).toEqual([]);
    });

    it('demands that a change ends the other sessions of the account and keeps its own', () => {
      const own = login('s9', 0, 1);
      const changed = change('first', 'second', 10, 20);
      expect(rules([own, login('s1', 0, 1), changed, read(21, 22)])).toEqual(['accepted after revocation']);
      expect(rules([own, changed, { ...read(21, 22, 401), sessionId: 's9' }])).toEqual(['false refusal']);
    });
  });

  describe('on refresh', () => {
    const exchange = (key: string, successor: string, start: number): Operation => ({
      ...read(start, start + 1),
      kind: 'refresh',
      exchange: { presented: 'a', key, successor },
    });

    it('flags another successor for the same token and key', () => {
      expect(rules([exchange('k', 'b', 0), exchange('k', 'b', 2)])).toEqual([]);
      expect(rules([exchange('k', 'b', 0), exchange('k', 'c', 2)])).toEqual(['another successor']);
      expect(rules([exchange('k', 'b', 0), exchange('l', 'c', 2)])).toEqual([]);
    });
  });
});
