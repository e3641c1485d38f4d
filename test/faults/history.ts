/** What a request was for. */
export type OperationKind =
  'me' | 'sessions' | 'login' | 'refresh' | 'logout' | 'revoke' | 'set-role' | 'set-active' | 'end-all';

/** One request and its answer, as the client saw them. Times are monotonic milliseconds of this process. */
export interface Operation {
  readonly kind: OperationKind;
  /** Which instance was asked. */
  readonly instance: number;
  /** Before the first byte was sent. */
  readonly start: number;
  /** After the last byte of the answer was read, or the connection was given up. */
  readonly end: number;
  /** The HTTP status; 0 where no answer came, so that nobody knows what was done. */
  readonly status: number;
  /** The stable `code` of a problem, or the error of the connection. */
  readonly code?: string;
  /** Whether a `Retry-After` header came. */
  readonly retryAfter?: boolean;
  /** Whose account it was about. */
  readonly userId: string;
  /** The session whose token was presented; none for a login and for what the administrator does. */
  readonly sessionId?: string;
  /** The session that a login opened. */
  readonly opened?: string;
  /** The sessions that the request was to end. */
  readonly ends?: readonly string[];
  /** What a request set: a role, or whether the account is active. */
  readonly sets?: string;
  /** The role that the answer told. */
  readonly role?: string;
}

/** An answer of 2xx: what the request was to do is done. */
export const isAcknowledged = ({ status }: Operation): boolean => status >= 200 && status < 300;

/** The token was taken, whatever else the answer says. */
export const isAccepted = ({ status }: Operation): boolean =>
  status >= 200 && status < 500 && status !== 401 && status !== 403;

/** The token was refused. */
export const isRefused = ({ status }: Operation): boolean => status === 401 || status === 403;

/** How long after a request was given up it may still take effect: the server may have been frozen with it. */
const LATE_EFFECT_MS = 15_000;

/** When what was asked had been done at the latest, if it was done at all. */
export const lastEffect = (operation: Operation): number =>
  isAcknowledged(operation) ? operation.end : operation.end + LATE_EFFECT_MS;

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
