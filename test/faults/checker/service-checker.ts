import { isAccepted, isRefused, type Operation } from './history.js';
import { Outcomes } from './outcomes.js';
import { overlaps, type Span, strictPromise } from './promise.js';
import { Revocations } from './revocations.js';
import type { Rule, Violation } from './violation.js';

/** What a service promises that takes the tokens of the auth service. */
export interface ServicePromise {
  /** Its number among the instances of the history. */
  readonly instance: number;
  /** How long after the acknowledgement of a revocation a request may begin that is accepted. */
  readonly boundMs: number;
  /** When the fault explains 503. */
  readonly unavailable: readonly Span[];
}

export interface ServiceCheck {
  readonly violations: readonly Violation[];
  readonly requests: number;
  /** Requests that began later than the bound after the acknowledgement. */
  readonly presentedBeyondBound: number;
  /** Acceptances of requests that began after the acknowledgement. */
  readonly acceptedWithinBound: number;
  readonly acceptedBeyondBound: number;
  /** The latest begin of a request that was accepted, after the acknowledgement; 0 without one. */
  readonly latestAcceptanceMs: number;
  readonly unavailable: number;
}

/** How many revocations were acknowledged. */
export const countRevocations = (operations: readonly Operation[]): number =>
  revocationsOf(operations).acknowledgedCount;

/**
 * Checks the answers of one service. An acceptance counts by the begin of its request: it may have been decided then and
 * delivered much later, because the service was stopped in between.
 */
export function checkService(
  operations: readonly Operation[],
  { instance, boundMs, unavailable }: ServicePromise,
): ServiceCheck {
  const revocations = revocationsOf(operations);
  const lateMs = ({ sessionId = '', start }: Operation) => start - revocations.refusedFrom(sessionId);
  const ruleOf = (operation: Operation): Rule | undefined => {
    const { status, start, end, sessionId = '', retryAfter } = operation;
    if (status === 0) return 'no answer';
    if (status >= 500) {
      const isExplained = status === 503 && overlaps({ from: start, to: end }, unavailable);
      if (!isExplained) return 'server error';
      return retryAfter ? undefined : 'no Retry-After';
    }
    if (isRefused(operation)) return revocations.begunAt(sessionId) >= end ? 'false refusal' : undefined;
    return lateMs(operation) > boundMs ? 'accepted after revocation' : undefined;
  };
  const asked = operations.filter((each) => each.instance === instance);
  const late = asked.filter((each) => isAccepted(each) && lateMs(each) > 0);
  const beyond = late.filter((each) => lateMs(each) > boundMs).length;
  return {
    violations: asked.flatMap((operation) => {
      const rule = ruleOf(operation);
      return rule === undefined ? [] : [{ rule, lateMs: lateMs(operation), operation }];
    }),
    requests: asked.length,
    presentedBeyondBound: asked.filter((each) => lateMs(each) > boundMs).length,
    acceptedWithinBound: late.length - beyond,
    acceptedBeyondBound: beyond,
    latestAcceptanceMs: Math.max(0, ...late.map(lateMs)),
    unavailable: asked.filter(({ status }) => status === 503).length,
  };
}

function revocationsOf(operations: readonly Operation[]): Revocations {
  return new Revocations(operations, new Outcomes(strictPromise(), []));
}
