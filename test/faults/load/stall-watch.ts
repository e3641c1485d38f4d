import type { Span } from '../checker/promise.js';

const BEAT_MS = 20;
/** A shorter gap between two beats is no stall. */
const LEAST_MS = 100;

/** Notes when this process did not run although it should have: then the machine stalled, and everything else on it. */
export class StallWatch {
  readonly stalls: Span[] = [];
  private beatAt = performance.now();
  private readonly timer = setInterval(() => this.beat(), BEAT_MS);

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    if (now - this.beatAt > LEAST_MS) this.stalls.push({ from: this.beatAt, to: now });
    this.beatAt = now;
  }
}
