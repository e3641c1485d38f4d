import { setInterval } from 'node:timers';

const BEAT_MS = 20;
/** From this length on, a gap between two beats counts. */
const LEAST_MS = 100;

/** A time in which this process did not run, in monotonic milliseconds. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** Notes when this process did not run although it should have: then the machine stalled, and everything else on it. */
export class StallWatch {
  private readonly noted: Stall[] = [];
  private beatAt = performance.now();
  private readonly timer = setInterval(() => this.beat(), BEAT_MS).unref();

  /** Since the watch began. One that has just ended is among them. */
  get stalls(): readonly Stall[] {
    this.beat();
    return this.noted;
  }

  /** How long all of them took together. */
  get stalledMs(): number {
    return this.stalls.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** What it noted is to be read before. */
  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    if (now - this.beatAt > LEAST_MS) this.noted.push({ from: this.beatAt, to: now });
    this.beatAt = now;
  }
}
