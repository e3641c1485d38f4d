import { Subject } from 'rxjs';

/** A committed change of what a user may do, as the invalidation log tells it. */
export interface Invalidation {
  readonly kind: 'session.revoked' | 'user.updated' | 'user.deleted';
  readonly user_id: string;
  /** The session that ended; `null` for changes of the user. */
  readonly session_id: string | null;
  /** Why a session ended. */
  readonly reason: string | null;
}

/** A refresh: nothing to invalidate, and worth telling those who watch the session. */
export interface SessionRefreshed {
  readonly kind: 'session.refreshed';
  readonly user_id: string;
  readonly session_id: string;
}

/** Committed changes as this instance hears of them, its own and those of others. A change may be told twice. */
export class InvalidationFeed extends Subject<Invalidation | SessionRefreshed> {}
