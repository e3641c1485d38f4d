import type { Examination, Instance } from './examination.js';
import type { Observation } from './observation.js';

export const NO_ADMIN = 'no --admin-email';

/** One promise. The checks run in their order, and the first that fails is the last. */
export interface Check {
  /** Stable; for programs. */
  readonly id: string;
  readonly promise: string;
  readonly needsAdmin?: true;
  /**
   * @throws PromiseBroken when the promise does not hold
   * @throws NoAnswerError, RateLimitedError, UsageError
   */
  readonly run: (examination: Examination) => Promise<Observation>;
}

/** A promise that is examined on each instance, one row for each. */
export interface InstanceCheck extends Omit<Check, 'run'> {
  /** As {@link Check.run}. */
  readonly runOn: (instance: Instance, examination: Examination) => Promise<Observation>;
}
