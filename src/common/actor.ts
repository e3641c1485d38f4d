import type { RedisWaits } from './redis-waits.js';

/** Who does something, and from where, as sessions and the audit trail keep it. */
export interface Actor {
  /** User id; `null` for a caller without a token and for the service itself. */
  readonly id: string | null;
  /** Session of the access token; `null` where `id` is. A command of this actor needs it to be live at the commit. */
  readonly sessionId: string | null;
  /** Roles that the route admits, of which the actor needs one at the commit too; `undefined` where it admits all. */
  readonly requiredRoles?: readonly string[] | undefined;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The languages that the request prefers (`acceptedLanguages`), for mails. */
  readonly language?: string | null | undefined;
  /** Id of the request, as its log lines and its answer have it; `null` for the service itself. */
  readonly requestId: string | null;
  /** Of the request; `undefined` for the service itself. */
  readonly redisWaits?: RedisWaits | undefined;
}

/** The service itself: clean-ups and limits. */
export const SERVICE_ACTOR: Actor = { id: null, sessionId: null, ip: null, userAgent: null, requestId: null };
