import type { Instance } from './instance.js';
import type { Span } from './promise.js';

const TICK_MS = 10;
/** How long a change may take from the instance, by way of its log, to this process. */
const MARGIN_MS = 250;

interface Trust {
  isTrusting: boolean;
  /** How often it has lost Redis since its start: it may have come back between two looks. */
  losses: number;
}

/**
 * Follows in the instances' logs which of them trust Redis. While some do and others do not, a revocation reaches those
 * that do by way of PostgreSQL: that is when the design promises a bound instead of "at once".
 */
export class TrustWatch {
  private readonly spans: Span[] = [];
  private readonly last = new Map<Instance, Trust>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly instances: readonly Instance[]) {
    this.look();
    this.timer = setInterval(() => this.look(), TICK_MS);
  }

  /** @returns when the instances were, or may have been, of different opinions */
  stop(): Span[] {
    clearInterval(this.timer);
    return this.spans;
  }

  private look(): void {
    const alive = this.instances.filter(({ app }) => app.running);
    const trusts = alive.map((instance) => ({ instance, trust: trustOf(instance) }));
    const changed = trusts.some(({ instance, trust }) => {
      const before = this.last.get(instance);
      return before !== undefined && before.losses !== trust.losses;
    });
    for (const { instance, trust } of trusts) this.last.set(instance, trust);
    const trusting = trusts.filter(({ trust }) => trust.isTrusting).length;
    if (changed || (trusting > 0 && trusting < alive.length)) this.note(performance.now());
  }

  private note(now: number): void {
    const latest = this.spans.at(-1);
    const from = latest && latest.to >= now - MARGIN_MS ? this.spans.pop()!.from : now - MARGIN_MS;
    this.spans.push({ from, to: now + MARGIN_MS });
  }
}

/** What an instance's log says of its trust now. */
export function trustOf({ app: { output } }: Instance): Trust {
  const losses = output.split('Redis is not used').length - 1;
  const connecting = output.lastIndexOf('Redis is connected');
  const trusted = output.lastIndexOf('Redis is trusted');
  return { isTrusting: trusted > Math.max(connecting, output.lastIndexOf('Redis is not used')), losses };
}
