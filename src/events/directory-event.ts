import { isCreation } from '../log/change-feed.js';
import type { LoggedChange } from './logged-change.js';

/** An event for a service that keeps a copy of `user_directory`. */
export interface DirectoryEvent {
  /** After `<issuer>/event-types/`. */
  readonly name: 'user-created' | 'user-updated' | 'user-deleted';
  /** It names what changed and has no values: the receiver reads them as they are then, and erased data are in no log and no SET. */
  readonly event: object;
}

/** What a row of the log says about the directory of users; `undefined` where that is nothing. */
export function directoryEventOf(change: LoggedChange): DirectoryEvent | undefined {
  const event = { event_timestamp: change.committedBy };
  if (change.kind === 'user.deleted') return { name: 'user-deleted', event };
  if (change.kind !== 'user.updated' || change.changed?.length === 0) return undefined;
  if (isCreation(change)) return { name: 'user-created', event };
  const { changed } = change;
  return { name: 'user-updated', event: changed === null ? event : { ...event, changed } };
}
