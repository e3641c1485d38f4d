import type { Wait } from '../service/rate-limit.js';

export type Result = 'ok' | 'failed' | 'skipped';

/** What was found of one promise, on one instance or on the deployment. Members are those of `--json`. */
export interface Row {
  /** Stable; for programs. */
  readonly check: string;
  readonly promise: string;
  /** The address that was asked; `null` for what concerns the whole deployment, by way of `--url`. */
  readonly instance: string | null;
  readonly result: Result;
  /** Milliseconds of what the promise names. */
  readonly ms: number | null;
  /** How long after the answer to a change the instance still showed the old state, milliseconds; 0 when it never did. */
  readonly staleness_ms: number | null;
  /** For people: figures, or the reason. */
  readonly detail: string;
}

export interface Report {
  /** Of this format. */
  readonly version: 1;
  readonly url: string;
  readonly instances: readonly string[];
  readonly started_at: string;
  readonly duration_ms: number;
  /** `unexamined`: the deployment could not be reached, or its rate limits allow no examination now. */
  readonly result: 'ok' | 'failed' | 'usage' | 'unexamined' | 'interrupted';
  readonly exit_code: number;
  readonly rows: readonly Row[];
  /** For the rate limits of the service. */
  readonly waits: readonly Wait[];
  /** What the examination made and could not remove, as sentences. */
  readonly left: readonly string[];
}
