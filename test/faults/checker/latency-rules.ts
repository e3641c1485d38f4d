import { isAcknowledged, isBySql, isRead, type Operation } from './history.js';
import { machineMs } from './machine-time.js';
import {
  ACKNOWLEDGEMENT_BOUND_MS,
  type FaultPromise,
  HASHING_MS,
  overlaps,
  REDIS_WAIT_MS,
  TRIPS,
} from './promise.js';
import type { Violation } from './violation.js';

/** How long answers may take. What the machine took from them, by the probe beside the deployment, does not count. */
export class LatencyRules {
  private readonly ordinaryMs: number;

  constructor(
    private readonly operations: readonly Operation[],
    private readonly promise: FaultPromise,
  ) {
    this.ordinaryMs = this.ordinaryReadMs();
  }

  check(operation: Operation): Violation[] {
    return [...this.checkAcknowledgement(operation), ...this.checkRead(operation)];
  }

  /** Of those that have a bound. */
  slowestAcknowledgementMs(): number {
    const bounded = this.operations.filter((each) => this.isBoundedAcknowledgement(each));
    return Math.max(0, ...bounded.map(({ start, end }) => end - start));
  }

  /** The most that a read took beyond the ordinary time, of those that have a bound. */
  slowestReadMs(): number {
    const bounded = this.operations.filter((each) => this.isBoundedRead(each));
    return Math.max(0, ...bounded.map((each) => this.lossOf(each)));
  }

  private checkAcknowledgement(operation: Operation): Violation[] {
    const latencyMs = operation.end - operation.start;
    const boundMs = ACKNOWLEDGEMENT_BOUND_MS + (operation.kind === 'set-password' ? HASHING_MS : 0);
    if (latencyMs <= boundMs || !this.isBoundedAcknowledgement(operation)) return [];
    const takenMs = this.takenBy(operation, TRIPS.change);
    if (latencyMs <= boundMs + takenMs) return [];
    return [{ rule: 'slow acknowledgement', detail: describe(latencyMs, takenMs), operation }];
  }

  private checkRead(operation: Operation): Violation[] {
    if (!this.isBoundedRead(operation)) return [];
    const lossMs = this.lossOf(operation);
    if (lossMs <= REDIS_WAIT_MS) return [];
    const latencyMs = operation.end - operation.start;
    const takenMs = latencyMs - lossMs - this.ordinaryMs;
    const detail = `${describe(latencyMs, takenMs)}, ordinarily ${this.ordinaryMs.toFixed(0)} ms`;
    return [{ rule: 'slow read', detail, operation }];
  }

  /** How much longer the read took than reads do while nothing is broken, the slowness of the machine aside. */
  private lossOf(operation: Operation): number {
    const { start, end } = operation;
    const beyondMs = end - start - this.ordinaryMs;
    return beyondMs <= 0 ? 0 : Math.max(0, beyondMs - this.takenBy(operation, TRIPS.read));
  }

  /** What all but a hundredth of the reads took before the fault, the slowness of the machine aside; 0 without one. */
  private ordinaryReadMs(): number {
    const times = this.operations
      .filter((each) => isRead(each) && each.end < this.promise.brokenFrom)
      .map((each) => Math.max(0, each.end - each.start - this.takenBy(each, TRIPS.read)))
      .sort((a, b) => a - b);
    return times[Math.floor(times.length * 0.99)] ?? 0;
  }

  private takenBy({ start, end }: Operation, tripCount: number): number {
    return machineMs(this.promise, { from: start, to: end }, tripCount);
  }

  private isBoundedAcknowledgement(operation: Operation): boolean {
    const { ends } = operation;
    return (
      ends !== undefined && !isBySql(operation) && isAcknowledged(operation) && !this.isExcused(operation)
    );
  }

  private isBoundedRead(operation: Operation): boolean {
    return isRead(operation) && operation.status !== 0 && !this.isExcused(operation);
  }

  /** Nothing promises that an answer of this instance came soon at the time. */
  private isExcused({ start, end, instance }: Operation): boolean {
    const { unavailable, stalled, unanswered } = this.promise;
    return overlaps({ from: start, to: end }, [...unavailable, ...stalled, ...unanswered], instance);
  }
}

const describe = (latencyMs: number, takenMs: number): string =>
  `${latencyMs.toFixed(0)} ms, of which the machine took ${takenMs.toFixed(0)} ms`;
