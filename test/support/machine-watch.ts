import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Stall, StallWatch } from './stall-watch.js';

/** Between two trips, so that the probe takes a few percent of one processor. */
const PAUSE_MS = 20;
/** Answers after about half a millisecond of work, which is what one step of a request takes. */
const ANSWERER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', () => {
    let sum = 0;
    for (let i = 0; i < 300_000; i++) sum += Math.sqrt(i);
    parentPort.postMessage(sum);
  });`;

/** One trip to another thread and back, and how much longer it took than the quickest one. In monotonic milliseconds. */
export interface Trip {
  readonly from: number;
  readonly to: number;
  readonly delayMs: number;
}

/** Measures all the time how much longer this machine takes for a fixed piece of work than when it is idle. */
export class MachineWatch {
  private readonly stallWatch = new StallWatch();
  private readonly taken: { from: number; to: number }[] = [];
  private readonly worker = new Worker(ANSWERER, { eval: true });
  private isStopped = false;
  private readonly measuring = this.measure();

  /** When this process did not run at all. */
  get stalls(): readonly Stall[] {
    return this.stallWatch.stalls;
  }

  /** All trips since the start. Time in which the machine stalled is no part of a delay. */
  get trips(): Trip[] {
    const { stalls } = this;
    const lengths = this.taken.map((trip) => trip.to - trip.from - commonMs(trip, stalls));
    const quickest = Math.min(...lengths);
    return this.taken.map((trip, index) => ({ ...trip, delayMs: lengths[index]! - quickest }));
  }

  /** What it measured is to be read before. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.measuring;
    this.stallWatch.stop();
    await this.worker.terminate();
  }

  private async measure(): Promise<void> {
    for (let from = performance.now(); !this.isStopped;) {
      const answered = new Promise((resolve) => this.worker.once('message', resolve));
      this.worker.postMessage(0);
      await answered;
      const to = performance.now();
      this.taken.push({ from, to });
      await pause(PAUSE_MS);
      // From the time at which the trip is due: a busy event loop delays its begin.
      from = to + PAUSE_MS;
    }
  }
}

/** How much of a span lies in others, which do not overlap. */
export function commonMs(
  { from, to }: { readonly from: number; readonly to: number },
  others: readonly { readonly from: number; readonly to: number }[],
): number {
  return others.reduce(
    (sum, other) => sum + Math.max(0, Math.min(to, other.to) - Math.max(from, other.from)),
    0,
  );
}
