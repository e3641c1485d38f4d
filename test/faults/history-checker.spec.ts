import type { Operation } from './history.js';
import { HistoryChecker, type Verdict } from './history-checker.js';
import { type FaultPromise, strictPromise } from './promise.js';

const base = { instance: 0, userId: 'ada' };
const read = (start: number, end: number, status = 200, role?: string): Operation => ({
  ...base,
  kind: 'me',
  sessionId: 's1',
  start,
  end,
  status,
  ...(role !== undefined && { role }),
});
const logout = (start: number, end: number, status = 200): Operation => ({
  ...base,
  kind: 'logout',
  sessionId: 's1',
  ends: ['s1'],
  start,
  end,
  status,
});
const login = (opened: string, start: number, end: number): Operation => ({
  ...base,
  kind: 'login',
  opened,
  start,
  end,
  status: 200,
});
const setRole = (role: string, start: number, end: number, status = 200): Operation => ({
  ...base,
  kind: 'set-role',
  sets: role,
  start,
  end,
  status,
});
const setActive = (active: boolean, start: number, end: number, status = 200): Operation => ({
  ...base,
  kind: 'set-active',
  sets: String(active),
  ends: [],
  start,
  end,
  status,
});

function judge(operations: Operation[], promise: Partial<FaultPromise> = {}): Verdict {
  return new HistoryChecker(operations, { ...strictPromise(), ...promise }, { role: 'student' }).check();
}

const rules = (operations: Operation[], promise?: Partial<FaultPromise>) =>
  judge(operations, promise).violations.map(({ rule }) => rule);

describe('HistoryChecker', () => {
  describe('on revoked sessions', () => {
    it('flags an acceptance that began after the acknowledgement', () => {
      const { violations } = judge([logout(0, 10), read(11, 12)]);
      expect(violations).toMatchObject([{ rule: 'accepted after revocation', lateMs: 1 }]);
    });

    it.each([
      ['that began before it', [logout(0, 10), read(9, 15)]],
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
      expect(rules([logout(0, 10), second])).toEqual(['accepted after revocation']);
    });

    it('goes by the first acknowledgement of several', () => {
      expect(rules([logout(0, 50), logout(1, 10), read(20, 21)])).toEqual(['accepted after revocation']);
    });

    it('takes the refusal of an old refresh token for the end of its session', () => {
      const reuse: Operation = { ...logout(0, 10, 401), kind: 'refresh' };
      expect(rules([reuse, read(11, 12)])).toEqual(['accepted after revocation']);
    });

    it('forgives within the bound where the promise has one, and tells the worst', () => {
      const lag = [{ from: 0, to: 100 }];
      const verdict = judge([logout(0, 10), read(110, 111), read(2000, 2001)], { lag });
      expect(verdict).toMatchObject({ violations: [], worstPropagationMs: 1990 });
      expect(rules([logout(0, 10), read(2011, 2012)], { lag })).toEqual(['accepted after revocation']);
      expect(rules([logout(190, 200), read(202, 203)], { lag })).toEqual(['accepted after revocation']);
    });

    it('ends the sessions of a deactivated user, those it was not told of as well', () => {
      const operations = [login('s1', 0, 5), setActive(false, 10, 20), read(21, 22)];
      expect(rules(operations)).toEqual(['accepted after revocation']);
      expect(rules([login('s1', 9, 12), setActive(false, 10, 20), read(21, 22)])).toEqual([]);
      expect(rules([setActive(false, 10, 20), login('s1', 21, 25), read(30, 31)])).toEqual([]);
    });

    it('counts what it has seen', () => {
      const verdict = judge([logout(0, 10), read(11, 12, 401), read(9, 13, 401)]);
      expect(verdict).toMatchObject({ revocations: 1, presentedAfterRevocation: 1, violations: [] });
    });
  });

  describe('on live sessions', () => {
    it.each([401, 403])('flags a refusal with %i', (status) => {
      expect(rules([read(0, 1, status)])).toEqual(['false refusal']);
    });

    it('flags a refusal that was over before the revocation began', () => {
      expect(rules([read(0, 9, 401), logout(10, 20)])).toEqual(['false refusal']);
    });

    it.each([
      ['begun', [logout(10, 30), read(11, 12, 401)]],
      ['tried in vain, for all one knows', [logout(10, 30, 0), read(50, 51, 401)]],
    ])('allows a refusal once the revocation has %s', (_, operations) => {
      expect(rules(operations, { unanswered: [{ from: 0, to: 100 }] })).toEqual([]);
    });

    it('flags a login refused to an active user, and the administrator refused', () => {
      const refused: Operation = { ...base, kind: 'login', start: 30, end: 31, status: 403 };
      expect(rules([refused])).toEqual(['false refusal']);
      expect(rules([setActive(false, 0, 10), refused])).toEqual([]);
      expect(rules([setActive(false, 0, 10), setActive(true, 11, 20), refused])).toEqual(['false refusal']);
      expect(rules([setRole('researcher', 0, 10, 401)])).toEqual(['false refusal']);
    });
  });

  describe('on roles', () => {
    it('flags the old role after an acknowledged change', () => {
      expect(rules([setRole('researcher', 0, 10), read(11, 12, 200, 'student')])).toEqual(['stale role']);
    });

    it('flags a role that nobody has given', () => {
      expect(rules([setRole('researcher', 10, 20), read(0, 5, 200, 'researcher')])).toEqual(['stale role']);
    });

    it('allows either while the change is under way, or when its outcome is not known', () => {
      for (const role of ['student', 'researcher']) {
        expect(rules([setRole('researcher', 0, 10), read(9, 12, 200, role)])).toEqual([]);
        const unknown = [setRole('researcher', 0, 10, 503), read(11, 12, 200, role)].map((operation) => ({
          ...operation,
          retryAfter: true,
        }));
        expect(rules(unknown, { unavailable: [{ from: 0, to: 10 }] })).toEqual([]);
      }
    });

    it('keeps to the last of several changes', () => {
      const changes = [setRole('researcher', 0, 10), setRole('student', 20, 30)];
      expect(rules([...changes, read(31, 32, 200, 'student')])).toEqual([]);
      expect(rules([...changes, read(31, 32, 200, 'researcher')])).toEqual(['stale role']);
      expect(rules([...changes, read(12, 25, 200, 'student')])).toEqual([]);
    });

    it('forgives the old role within the bound where the promise has one', () => {
      const lag = [{ from: 0, to: 100 }];
      expect(rules([setRole('researcher', 0, 10), read(1000, 1001, 200, 'student')], { lag })).toEqual([]);
      expect(rules([setRole('researcher', 0, 10), read(2011, 2012, 200, 'student')], { lag })).toEqual([
        'stale role',
      ]);
    });
  });

  describe('on answers', () => {
    const unavailable = [{ from: 10, to: 20 }];

    it.each([500, 502, 503, 504])('flags %i while nothing excuses it', (status) => {
      expect(rules([read(0, 1, status)])).toEqual(['server error']);
      expect(rules([read(21, 22, status)], { unavailable })).toEqual(['server error']);
    });

    it('allows 503 with Retry-After while PostgreSQL is out of reach, and nothing else', () => {
      expect(rules([{ ...read(12, 13, 503), retryAfter: true }], { unavailable })).toEqual([]);
      expect(rules([{ ...read(5, 11, 503), retryAfter: true }], { unavailable })).toEqual([]);
      expect(rules([read(12, 13, 503)], { unavailable })).toEqual(['no Retry-After']);
      expect(rules([read(12, 13, 500)], { unavailable })).toEqual(['server error']);
    });

    it('flags a missing answer unless an instance was dead', () => {
      expect(rules([read(0, 1, 0)])).toEqual(['no answer']);
      expect(rules([read(0, 1, 0)], { unanswered: [{ from: 1, to: 2 }] })).toEqual([]);
    });
  });
});
