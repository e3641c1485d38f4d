import { isAcknowledged, isBySql, isRead, type Operation } from './history.js';
import { machineMs, meanDelayMs } from './machine-time.js';
import {
  ACKNOWLEDGEMENT_BOUND_MS,
  type FaultPromise,
  HASHING_MS,
  overlaps,
  FEWEST_JUDGED,
  QUICK_TRIP_MS,
  REDIS_WAIT_MS,
  TRIPS,
  UNEXPLAINED_PAUSES,
  UNEXPLAINED_SHARE,
} from './promise.js';
import type { Violation } from './violation.js';

/** A read, and how much longer it took than reads do while nothing is broken, the slowness of the machine aside. */
interface JudgedRead {
  readonly operation: Operation;
  readonly lossMs: number;
}

/** How long answers may take. What the machine took from them, by the trips beside the deployment, does not count. */
export class LatencyRules {
  private readonly ordinaryMs: number;
  private readonly reads: readonly JudgedRead[];

  constructor(
    private readonly operations: readonly Operation[],
    private readonly promise: FaultPromise,
  ) {
    const reads = operations.filter((each) => this.isJudgedRead(each));
    this.ordinaryMs = this.ordinaryReadMs(reads);
    this.reads = reads.map((operation) => ({ operation, lossMs: this.lossOf(operation) }));
  }

  check(): Violation[] {
    return [...this.operations.flatMap((each) => this.checkAcknowledgement(each)), ...this.checkReads()];
  }

  /** Of those that have a bound. */
  slowestAcknowledgementMs(): number {
    const bounded = this.operations.filter((each) => this.isBoundedAcknowledgement(each));
    return Math.max(0, ...bounded.map(({ start, end }) => end - start));
  }

  /** What all but the unexplained reads lost at most, and how many were judged. */
  readLoss(): { readonly worstMs: number; readonly judged: number } {
    const losses = this.reads.map(({ lossMs }) => lossMs).sort((a, b) => b - a);
    return { worstMs: losses[this.unexplainedCount] ?? 0, judged: losses.length };
  }

  private checkAcknowledgement(operation: Operation): Violation[] {
    const latencyMs = operation.end - operation.start;
    const boundMs = ACKNOWLEDGEMENT_BOUND_MS + (operation.kind === 'set-password' ? HASHING_MS : 0);
    if (latencyMs <= boundMs || !this.isBoundedAcknowledgement(operation)) return [];
    const takenMs = this.takenFrom(operation, TRIPS.change);
    if (latencyMs <= boundMs + takenMs) return [];
    const detail = `${latencyMs.toFixed(0)} ms, of which the machine took ${takenMs.toFixed(0)} ms`;
    return [{ rule: 'slow acknowledgement', detail, operation }];
  }

  private checkReads(): Violation[] {
    if (this.reads.length < FEWEST_JUDGED) return [];
    const slow = this.reads.filter(({ lossMs }) => lossMs > REDIS_WAIT_MS);
    if (slow.length <= this.unexplainedCount || countPauses(slow) <= UNEXPLAINED_PAUSES) return [];
    return slow.map(({ operation, lossMs }) => {
      const latencyMs = operation.end - operation.start;
      const detail = `${latencyMs.toFixed(0)} ms, ${lossMs.toFixed(0)} ms longer than before the fault`;
      return { rule: 'slow read', detail, operation };
    });
  }

  private get unexplainedCount(): number {
    return Math.floor(this.reads.length * UNEXPLAINED_SHARE);
  }

  private lossOf(operation: Operation): number {
    return Math.max(0, this.ownMs(operation) - this.ordinaryMs);
  }

  /** What all but a hundredth of the reads took before the fault; 0 without one. */
  private ordinaryReadMs(reads: readonly Operation[]): number {
    const before = reads.filter(({ end }) => end < this.promise.brokenFrom);
    const times = before.map((each) => this.ownMs(each)).sort((a, b) => a - b);
    return times[Math.floor(times.length * 0.99)] ?? 0;
  }

  /** The time of a read without what the machine took. */
  private ownMs(operation: Operation): number {
    return Math.max(0, operation.end - operation.start - this.takenFrom(operation, TRIPS.read));
  }

  private takenFrom({ start, end }: Operation, tripCount: number): number {
    return machineMs(this.promise, { from: start, to: end }, tripCount);
  }

  private isBoundedAcknowledgement(operation: Operation): boolean {
    const { ends } = operation;
    return (
      ends !== undefined && !isBySql(operation) && isAcknowledged(operation) && !this.isExcused(operation)
    );
  }

  private isJudgedRead(operation: Operation): boolean {
    const { start, end, status } = operation;
    // Without PostgreSQL, and when it is back, reads wait for more than Redis.
    if (this.promise.unavailable.length > 0) return false;
    if (!isRead(operation) || status === 0 || this.isExcused(operation)) return false;
    return meanDelayMs(this.promise, { from: start, to: end }) < QUICK_TRIP_MS;
  }

  /** Nothing promises that an answer of this instance came soon at the time. */
  private isExcused({ start, end, instance }: Operation): boolean {
    const { unavailable, stalled, unanswered } = this.promise;
    return overlaps({ from: start, to: end }, [...unavailable, ...stalled, ...unanswered], instance);
  }
}

/** How many pauses of an instance these reads show: those that were under way together, with the first of them, were in one. */
function countPauses(reads: readonly JudgedRead[]): number {
  const endOfPause = new Map<number, number>();
  const inOrder = reads.map(({ operation }) => operation).sort((a, b) => a.start - b.start);
  let pauses = 0;
  for (const { instance, start, end } of inOrder) {
    if (start <= (endOfPause.get(instance) ?? -Infinity)) continue;
    endOfPause.set(instance, end);
    pauses += 1;
  }
  return pauses;
}
