import type { Reporter } from './reporter.js';
import type { SecurityEvent } from './security-event.js';

/** What the feed says has ended. */
export interface Revocation {
  /** The user's id; without it, the sessions of all users have ended, those that were opened later aside. */
  readonly sub?: string;
  /** The session's id; without it, every session of the user has ended. */
  readonly sid?: string;
  /** Why, in a word of the issuer: `logout`, `password_changed`, `user_deactivated` and others. */
  readonly reason: string;
}

export type RevocationListener = (revocation: Revocation) => void;

/** Those who want to know of each revocation. */
export class RevocationListeners {
  private readonly listeners = new Set<RevocationListener>();

  constructor(private readonly reporter: Reporter) {}

  /** @returns ends it */
  add(listener: RevocationListener): () => void {
    // The same function may be added twice, and each of them is removed alone.
    const own: RevocationListener = (revocation) => listener(revocation);
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  tell(events: readonly SecurityEvent[]): void {
    for (const event of events) {
      if (event.kind === 'user-changed') continue;
      for (const listener of this.listeners) this.call(listener, revocationOf(event));
    }
  }

  /** What a listener throws must not end the loop that follows the feed. */
  private call(listener: RevocationListener, revocation: Revocation): void {
    try {
      listener(revocation);
    } catch (error) {
      this.reporter.failed('listener', error);
    }
  }
}

function revocationOf(event: Exclude<SecurityEvent, { kind: 'user-changed' }>): Revocation {
  const { kind, reason } = event;
  if (kind === 'everybody-revoked') return { reason };
  const { sub } = event;
  return kind === 'session-revoked' ? { sub, sid: event.sid, reason } : { sub, reason };
}
