import type { Operation } from './history.js';
import { logout, read, setRole } from './operation-builders.js';
import { type FaultPromise, QUICK_TRIP_MS, type Span, strictPromise } from './promise.js';
import { checkService, countRevocations } from './service-checker.js';

const BOUND_MS = 1000;
const SERVICE = 1;

const ask = (start: number, end: number, status = 200): Operation => ({
  ...read(start, end, status),
  retryAfter: true,
  instance: SERVICE,
});
const INITIAL = { role: 'student', password: 'first' };
const BOUNDS = { boundMs: BOUND_MS, sqlBoundMs: 0, patienceMs: 1000 };
const check = (
  operations: Operation[],
  unavailable: Span[] = [],
  bounds = BOUNDS,
  promise: Partial<FaultPromise> = {},
) =>
  checkService(
    operations,
    { instance: SERVICE, ...bounds, unavailable },
    { ...strictPromise(), ...promise },
    INITIAL,
  );
const rules = (...args: Parameters<typeof check>) => check(...args).violations.map(({ rule }) => rule);

describe('checkService', () => {
  const revoked = logout(0, 10);

  it('accepts an acceptance that began within the bound, whenever its answer came', () => {
    expect(rules([revoked, ask(1010, 20_000)])).toEqual([]);
    const accepted = { acceptedWithinBound: 1, acceptedBeyondBound: 0, latestAcceptanceMs: 1000 };
    expect(check([revoked, ask(1010, 20_000)])).toMatchObject(accepted);
  });

  it('flags an acceptance that began after the bound', () => {
    const operations = [revoked, ask(1011, 1012), ask(1013, 1014, 401)];
    expect(rules(operations)).toEqual(['accepted after revocation']);
    const accepted = { presentedBeyondBound: 2, acceptedWithinBound: 0, acceptedBeyondBound: 1 };
    expect(check(operations)).toMatchObject(accepted);
  });

  it('counts the bound from the acknowledgement, and ignores a revocation without one', () => {
    expect(rules([logout(0, 500), ask(1400, 1401)])).toEqual([]);
    for (const status of [0, 503]) expect(rules([logout(0, 10, status), ask(5000, 5001)])).toEqual([]);
  });

  it('counts the bound from the commit of a change by SQL, or from as much later as stated', () => {
    const bySql: Operation = { ...logout(0, 10), kind: 'sql-revoke', instance: -1 };
    expect(rules([bySql, ask(1010, 1011)])).toEqual([]);
    expect(rules([bySql, ask(1011, 1012)])).toEqual(['accepted after revocation']);
    const asking = { ...BOUNDS, boundMs: 0, sqlBoundMs: 1000 };
    expect(rules([bySql, ask(1010, 1011)], [], asking)).toEqual([]);
    expect(rules([bySql, ask(1011, 1012)], [], asking)).toEqual(['accepted after revocation']);
    expect(rules([revoked, ask(11, 12)], [], asking)).toEqual(['accepted after revocation']);
  });

  it('flags an old role after the bound', () => {
    const withRole = (start: number) => ({ ...ask(start, start + 1), role: 'student' });
    const changed = setRole('researcher', 0, 10);
    expect(rules([changed, withRole(1010)])).toEqual([]);
    expect(rules([changed, withRole(1011)])).toEqual(['stale role']);
  });

  it('flags the refusal of a session whose revocation was lost, once the older data is in use', () => {
    const record = { live: new Set(['s1']), ended: new Set<string>(), roles: new Map<string, string>() };
    const lost = [{ from: 0, to: 100, undoneFrom: 50, settledFrom: 200, record }];
    expect(rules([revoked, ask(199, 201, 401)], [], BOUNDS, { lost })).toEqual([]);
    expect(rules([revoked, ask(200, 201, 401)], [], BOUNDS, { lost })).toEqual(['false refusal']);
  });

  it('flags the refusal of a session whose revocation had not begun', () => {
    expect(rules([ask(0, 5, 401)])).toEqual(['false refusal']);
    expect(rules([logout(10, 20), ask(0, 10, 401)])).toEqual(['false refusal']);
    expect(rules([logout(10, 20), ask(0, 11, 401)])).toEqual([]);
  });

  it('flags 503 while somebody answers, and every other failure', () => {
    expect(rules([ask(0, 5, 503)])).toEqual(['server error']);
    expect(rules([ask(0, 5, 503)], [{ from: 5, to: 6 }])).toEqual([]);
    const bare = { ...ask(0, 5, 503), retryAfter: false };
    expect(rules([bare], [{ from: 5, to: 6 }])).toEqual(['no Retry-After']);
    const failures = [ask(0, 5, 500), ask(0, 5, 0)];
    expect(rules(failures, [{ from: 0, to: 9 }])).toEqual(['server error', 'no answer']);
  });

  it('allows 503 after a whole wait for the auth service on a slow machine', () => {
    const answers = [ask(0, 999, 503), ask(0, 1000, 503)];
    const slow = [{ from: 500, to: 520, delayMs: QUICK_TRIP_MS }];
    expect(rules(answers, [], BOUNDS, { trips: slow })).toEqual(['server error']);
    const quick = [{ from: 500, to: 520, delayMs: QUICK_TRIP_MS - 1 }];
    expect(rules(answers, [], BOUNDS, { trips: quick })).toEqual(['server error', 'server error']);
  });

  it('counts only the requests to the service', () => {
    const operations = [revoked, read(2000, 2001), ask(20, 21), ask(22, 23, 503)];
    const counted = { violations: [], requests: 2, unavailable: 1 };
    expect(check(operations, [{ from: 0, to: 99 }])).toMatchObject(counted);
    expect(countRevocations(operations, strictPromise())).toBe(1);
  });
});
