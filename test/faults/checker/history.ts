/** What a request was for. Those whose name begins with `sql` are changes that an operator makes in PostgreSQL. */
export type OperationKind =
  | 'me'
  | 'sessions'
  | 'check'
  | 'introspect'
  | 'use-client'
  | 'end-client'
  | 'login'
  | 'refresh'
  | 'logout'
  | 'revoke'
  | 'set-role'
  | 'set-active'
  | 'set-password'
  | 'end-all'
  | 'end-everybody'
  | 'erase'
  | 'sql-revoke'
  | 'sql-set-role';

/** One exchange of a refresh token. */
export interface Exchange {
  /** `jti` of the token that was presented. */
  readonly presented: string;
  /** The `Idempotency-Key` header, if there was one. */
  readonly key?: string;
  /** Whether the token was in a cookie; in the body by default. */
  readonly byCookie?: boolean;
  /** `jti` of the refresh token in the answer. */
  readonly successor?: string;
}

/** One request and its answer, as the client saw them. Times are monotonic milliseconds of this process. */
export interface Operation {
  readonly kind: OperationKind;
  /** Which instance was asked; -1 for PostgreSQL itself. */
  readonly instance: number;
  /** Before the first byte was sent. */
  readonly start: number;
  /** After the last byte of the answer was read, or the connection was given up. */
  readonly end: number;
  /** The HTTP status, 401 for an inactive token and an invalid grant of OAuth; 0 where no answer came, so that nobody knows what was done. */
  readonly status: number;
  /** The stable `code` of a problem, or the error of the connection. */
  readonly code?: string;
  /** Whether a `Retry-After` header came. */
  readonly retryAfter?: boolean;
  /** Whose account it was about. */
  readonly userId: string;
  /** The session whose token was presented, or the client whose secret was; none for a login. */
  readonly sessionId?: string;
  /** When the access token that was presented expires. */
  readonly expiresAt?: number;
  /** The session that a login opened. */
  readonly opened?: string;
  /** The sessions, or the client, that the request was to end. */
  readonly ends?: readonly string[];
  /** What a request set: a role, a password, or whether the account is active. */
  readonly sets?: string;
  /** The password that was presented. */
  readonly password?: string;
  /** The role in the answer. */
  readonly role?: string;
  readonly exchange?: Exchange;
}

/** An answer of 2xx: what the request was to do is done. */
export const isAcknowledged = ({ status }: Operation): boolean => status >= 200 && status < 300;

/** The token was taken, whatever else the answer says. */
export const isAccepted = ({ status }: Operation): boolean =>
  status >= 200 && status < 500 && status !== 401 && status !== 403;

/** The token was refused. */
export const isRefused = ({ status }: Operation): boolean => status === 401 || status === 403;

/** An answer of 4xx: what the request was to do is not done. */
export const isRejected = ({ status }: Operation): boolean => status >= 400 && status < 500;

/** A refresh token presented again, as a thief would: its refusal ends the session. */
export const isTheft = ({ kind, ends }: Operation): boolean => kind === 'refresh' && ends !== undefined;

const READS: ReadonlySet<OperationKind> = new Set(['me', 'sessions', 'check', 'introspect', 'use-client']);

/** It changes nothing, and so waits for no lock. */
export const isRead = ({ kind }: Operation): boolean => READS.has(kind);

export const isBySql = ({ kind }: Operation): boolean => kind.startsWith('sql-');

/** Everything that was asked and answered, in the order of the answers. */
export class History {
  private readonly recorded: Operation[] = [];

  get operations(): readonly Operation[] {
    return this.recorded;
  }

  add(operation: Operation): void {
    this.recorded.push(operation);
  }
}
