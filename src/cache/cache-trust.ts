import { Logger } from '@nestjs/common';

/**
 * - `trusted`: entries may be believed
 * - `replaying`: connected, and the invalidation log is being applied again; entries are not believed yet
 * - `down`: out of reach, frozen or too slow
 */
export type TrustState = 'trusted' | 'replaying' | 'down';

/** Whether the cache may be believed, and how that changed: one log line a change, never one a request. */
export class CacheTrust {
  /** @param subject what is trusted or not, as log lines call it */
  constructor(private readonly subject: string) {}

  private readonly logger = new Logger('Cache');
  private current: TrustState = 'down';
  private wasTold = false;
  private lastReason = 'not connected yet';
  private readonly changes: Record<TrustState, number> = { trusted: 0, replaying: 0, down: 0 };

  get state(): TrustState {
    return this.current;
  }

  get isTrusted(): boolean {
    return this.current === 'trusted';
  }

  /** Why the cache is not trusted, in words for people; empty while it is. */
  get reason(): string {
    return this.lastReason;
  }

  /** How often each state was entered, since the start. */
  get transitions(): Readonly<Record<TrustState, number>> {
    return this.changes;
  }

  change(state: TrustState, reason = ''): void {
    if (state === this.current && this.wasTold) {
      this.lastReason = reason;
      return;
    }
    this.wasTold = true;
    this.current = state;
    this.lastReason = reason;
    this.changes[state] += 1;
    if (state === 'down')
      this.logger.warn(`${this.subject} is not used: ${reason}. PostgreSQL answers instead`);
    else if (state === 'trusted') this.logger.log(`${this.subject} is trusted`);
    else
      this.logger.log(`${this.subject} is connected; the invalidation log is applied before it is trusted`);
  }
}
