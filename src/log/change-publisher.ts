import type { Change, SessionEvent } from './change-feed.js';

/** Publishes committed changes to all instances. One adapter for a PostgreSQL server, one for the embedded database. */
export abstract class ChangePublisher {
  /** To be called right after the commit. */
  abstract committed(changes: readonly Change[]): void;

  /** To be called once no instance accepts the state from before the changes. */
  abstract settled(changes: readonly Change[]): void;

  /** Publishes an event of a session that leaves cache entries as they are. */
  abstract sessionEvent(event: SessionEvent): void;
}

/** Where this instance gets committed changes from. One adapter for a PostgreSQL server, one for the embedded database. */
export abstract class ChangeSource {
  /** Resolves once cache entries may be accepted. */
  abstract start(): Promise<void>;
}
