/** The history that this instance follows; set by the follower of the log before it reads on. */
export class FollowedHistory {
  /** Its token; `undefined` until the log is read for the first time. */
  current: string | undefined;
}
