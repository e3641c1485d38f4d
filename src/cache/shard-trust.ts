import { CacheTrust, type TrustState } from './cache-trust.js';
import type { Following } from './following.js';

/** The circuit breaker of one shard of a cluster, which reports each change of its state. */
export class ShardTrust extends CacheTrust {
  constructor(
    subject: string,
    following: Following,
    private readonly changed: (state: TrustState) => void,
  ) {
    super(subject, following);
  }

  override change(state: TrustState, reason?: string): void {
    super.change(state, reason);
    this.changed(state);
  }
}
