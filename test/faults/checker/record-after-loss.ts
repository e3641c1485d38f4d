/** What PostgreSQL held when older data had come into use, before anything else was changed. */
export interface RecordAfterLoss {
  /** The sessions that live. */
  readonly live: ReadonlySet<string>;
  /** The sessions that have ended. */
  readonly ended: ReadonlySet<string>;
  /** The roles of users, by their ids. */
  readonly roles: ReadonlyMap<string, string>;
}
