import type { Operation } from './history.js';
import { HistoryChecker, type CheckResult } from './history-checker.js';
import { type FaultPromise, strictPromise } from './promise.js';

export const base = { instance: 0, userId: 'ada' };

export function read(start: number, end: number, status = 200, role?: string): Operation {
  return { ...base, kind: 'me', sessionId: 's1', start, end, status, ...(role !== undefined && { role }) };
}

export function logout(start: number, end: number, status = 200): Operation {
  return { ...base, kind: 'logout', sessionId: 's1', ends: ['s1'], start, end, status };
}

export function login(opened: string, start: number, end: number): Operation {
  return { ...base, kind: 'login', opened, start, end, status: 200 };
}

export function setRole(role: string, start: number, end: number, status = 200): Operation {
  return { ...base, kind: 'set-role', sets: role, start, end, status };
}

export function setActive(active: boolean, start: number, end: number, status = 200): Operation {
  return { ...base, kind: 'set-active', sets: String(active), ends: [], start, end, status };
}

/** What the checker says of a history. */
export function checkHistory(operations: Operation[], promise: Partial<FaultPromise> = {}): CheckResult {
  return new HistoryChecker(
    operations,
    { ...strictPromise(), ...promise },
    { role: 'student', password: 'first' },
  ).check();
}

/** The rules that the history violates. */
export const rules = (operations: Operation[], promise?: Partial<FaultPromise>) =>
  checkHistory(operations, promise).violations.map(({ rule }) => rule);
