import { Subject } from 'rxjs';

/** A committed change of what a user or an OAuth client may do, as a row of the invalidation log says. */
export interface Change {
  readonly kind: 'session.revoked' | 'sessions.ended' | 'user.updated' | 'user.deleted' | 'client.changed';
  /** The id of the user, or of the OAuth client whose `client.changed` it is; nobody's where the sessions of everybody ended. */
  readonly user_id: string;
  /** The session that ended; `null` for changes of the user. */
  readonly session_id: string | null;
  /** Why a session ended; of a change of a user, what changed beside claims of tokens: {@link UserChangeReason}. */
  readonly reason: string | null;
  /** Of a change of a user: the claims of its tokens that changed, with their new values. `null` or absent where that is not known. */
  readonly claims?: Readonly<Record<string, unknown>> | null;
  /** Of a change of a user: which members of the directory of users changed. `null` or absent where that is not known. */
  readonly changed?: readonly DirectoryMember[] | null;
}

/** What other services keep of a user: the columns of `user_directory` beside the id. */
export type DirectoryMember = 'email' | 'full_name' | 'role' | 'is_active';

/** What changed of a user that other services want to know, as the triggers of the log write it. */
export type UserChangeReason = 'password_changed' | 'user_deactivated' | 'user_activated';

/** The reason of the row of a new user, as the trigger of the log writes it. */
export const CREATED = 'user_created';

export const creationOf = (id: string): Change => ({
  kind: 'user.updated',
  user_id: id,
  session_id: null,
  reason: CREATED,
  claims: {},
});

/** Whether the user is new: no cache has anything of it, and nobody waits for a change of it. */
export const isCreation = ({ kind, reason }: Change): boolean =>
  kind === 'user.updated' && reason === CREATED;

export const changeOfClient = (id: string): Change => ({
  kind: 'client.changed',
  user_id: id,
  session_id: null,
  reason: null,
});

/** Every session of every user has ended, those that are opened later aside. */
export const EVERYBODY_ENDED: Change = {
  kind: 'sessions.ended',
  user_id: '00000000-0000-0000-0000-000000000000',
  session_id: null,
  reason: 'ended_for_everybody',
};

export const endsEverybody = ({ kind }: Pick<Change, 'kind'>): boolean => kind === 'sessions.ended';

/** The ids of the users whom changes are about, one by one. */
export const usersOf = (changes: readonly Change[]): string[] =>
  changes
    .filter((change) => change.kind !== 'client.changed' && !endsEverybody(change) && !isCreation(change))
    .map(({ user_id: id }) => id);

/** What leaves cache entries as they are, and live channels report: a refresh, or a session that is new in the list or has another name. */
export interface SessionEvent {
  readonly kind: 'session.refreshed' | 'session.refresh_repeated' | 'session.opened' | 'session.named';
  readonly user_id: string;
  readonly session_id: string;
}

/** Rows of the log were skipped: after a lost connection, or because there were too many. Anything may have changed. */
export interface LogSkipped {
  readonly kind: 'log.skipped';
}

export type ChangeEvent = Change | SessionEvent | LogSkipped;

/** Committed changes of this instance and of others, in the order in which this instance reads them; new users are none. */
export class ChangeFeed extends Subject<ChangeEvent> {}
