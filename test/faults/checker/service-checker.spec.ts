import type { Operation } from './history.js';
import { logout, read } from './operation-builders.js';
import type { Span } from './promise.js';
import { checkService, countRevocations } from './service-checker.js';

const BOUND_MS = 1000;
const SERVICE = 1;

const ask = (start: number, end: number, status = 200): Operation => ({
  ...read(start, end, status),
  retryAfter: true,
  instance: SERVICE,
});
const check = (operations: Operation[], unavailable: Span[] = []) =>
  checkService(operations, { instance: SERVICE, boundMs: BOUND_MS, unavailable });
const rules = (operations: Operation[], unavailable?: Span[]) =>
  check(operations, unavailable).violations.map(({ rule }) => rule);

describe('checkService', () => {
  const revoked = logout(0, 10);

  it('accepts an acceptance that began within the bound, whenever its answer came', () => {
    expect(rules([revoked, ask(1010, 20_000)])).toEqual([]);
    expect(check([revoked, ask(1010, 20_000)])).toMatchObject({
      acceptedWithinBound: 1,
      acceptedBeyondBound: 0,
      latestAcceptanceMs: 1000,
    });
  });

  it('flags an acceptance that began after the bound', () => {
    const operations = [revoked, ask(1011, 1012), ask(1013, 1014, 401)];
    expect(rules(operations)).toEqual(['accepted after revocation']);
    expect(check(operations)).toMatchObject({
      presentedBeyondBound: 2,
      acceptedWithinBound: 0,
      acceptedBeyondBound: 1,
    });
  });

  it('counts the bound from the acknowledgement, and ignores a revocation without one', () => {
    expect(rules([logout(0, 500), ask(1400, 1401)])).toEqual([]);
    for (const status of [0, 503]) expect(rules([logout(0, 10, status), ask(5000, 5001)])).toEqual([]);
  });

  it('flags the refusal of a session whose revocation had not begun', () => {
    expect(rules([ask(0, 5, 401)])).toEqual(['false refusal']);
    expect(rules([logout(10, 20), ask(0, 10, 401)])).toEqual(['false refusal']);
    expect(rules([logout(10, 20), ask(0, 11, 401)])).toEqual([]);
  });

  it('flags 503 outside of the fault, and every other failure', () => {
    expect(rules([ask(0, 5, 503)])).toEqual(['server error']);
    expect(rules([ask(0, 5, 503)], [{ from: 5, to: 6 }])).toEqual([]);
    const bare = { ...ask(0, 5, 503), retryAfter: false };
    expect(rules([bare], [{ from: 5, to: 6 }])).toEqual(['no Retry-After']);
    expect(rules([ask(0, 5, 500), ask(0, 5, 0)], [{ from: 0, to: 9 }])).toEqual([
      'server error',
      'no answer',
    ]);
  });

  it('counts only the requests to the service', () => {
    const operations = [revoked, read(2000, 2001), ask(20, 21), ask(22, 23, 503)];
    expect(check(operations, [{ from: 0, to: 99 }])).toMatchObject({
      violations: [],
      requests: 2,
      unavailable: 1,
    });
    expect(countRevocations(operations)).toBe(1);
  });
});
