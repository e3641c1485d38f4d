import { Injectable } from '@nestjs/common';
import { Readiness, type ReadinessState } from '../redis/readiness.js';
import { Standing } from '../standing/standing.js';

/** Whether entries are accepted, for people and metrics: the store must be ready, and this instance must be permitted to read it. */
@Injectable()
export class CacheStatus {
  constructor(
    private readonly readiness: Readiness,
    private readonly standing: Standing,
  ) {}

  get isAvailable(): boolean {
    return this.readiness.isReady && this.standing.permit().mayRead;
  }

  /** Whether all entries are accepted, on a cluster those of each shard, and new ones are taken. */
  get isComplete(): boolean {
    return this.isAvailable && this.readiness.reason === '';
  }

  get state(): ReadinessState {
    return this.readiness.isReady && !this.isAvailable ? 'down' : this.readiness.state;
  }

  /** Why entries are not accepted, or no new ones are taken, in words for people; empty while all is well. */
  get reason(): string {
    return (this.readiness.isReady && this.standing.permit().reason) || this.readiness.reason;
  }
}
