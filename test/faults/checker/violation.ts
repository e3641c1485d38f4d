import type { Operation } from './history.js';

export type Rule =
  | 'accepted after revocation'
  | 'accepted after expiry'
  | 'false refusal'
  | 'stale role'
  | 'stale password'
  | 'lost password change'
  | 'another successor'
  | 'slow acknowledgement'
  | 'slow read'
  | 'server error'
  | 'late refusal'
  | 'no answer'
  | 'no Retry-After'
  | 'false end event'
  | 'missed end event'
  | 'missing audit line'
  | 'unexplained audit line';

/** Something that happened and contradicts the promises. */
export interface Violation {
  readonly rule: Rule;
  /** Milliseconds between the time from which the operation is wrong and its start. */
  readonly lateMs?: number;
  /** More about it. */
  readonly detail?: string;
  readonly operation: Operation;
}
