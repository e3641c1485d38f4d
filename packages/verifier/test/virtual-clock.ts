import type { Clock } from '../src/clock.js';

export const START_SECONDS = 1_800_000_000;

/** A clock that moves when the test says so. */
export class VirtualClock implements Clock {
  monotonic = 1000;
  wall = START_SECONDS * 1000;
  timersSet = 0;
  private timers: { atMs: number; callback: () => void }[] = [];

  monotonicMs = () => this.monotonic;
  wallMs = () => this.wall;

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.monotonic + delayMs, callback };
    this.timers.push(timer);
    this.timersSet += 1;
    return () => void (this.timers = this.timers.filter((each) => each !== timer));
  }

  /** Lets time pass at once, as for a process that was stopped; what was due runs afterwards. */
  pass(ms: number): void {
    this.monotonic += ms;
    this.wall += ms;
  }

  runDue(): void {
    const due = this.timers.filter(({ atMs }) => atMs <= this.monotonic);
    this.timers = this.timers.filter((timer) => !due.includes(timer));
    for (const { callback } of due) callback();
  }
}
