import type { InitialState } from './expectations.js';
import { isAccepted, isRefused, type Operation } from './history.js';
import { meanDelayMs } from './machine-time.js';
import { overlaps, QUICK_TRIP_MS, type FaultPromise, type Span } from './promise.js';
import { TimedExpectations } from './timed-expectations.js';
import type { Rule, Violation } from './violation.js';

/** What a service promises that takes the tokens of the auth service. */
export interface ServicePromise {
  /** Its number among the instances of the history. */
  readonly instance: number;
  /** How long after the acknowledgement of a change a request may begin that is answered by the old state. */
  readonly boundMs: number;
  /** How much longer that is after the commit of a change by SQL. */
  readonly sqlBoundMs: number;
  /** How long it waits for an answer of the auth service. On a slow machine such a wait may end without one, by 503. */
  readonly patienceMs: number;
  /** When nobody whom the service can ask answers: it may answer 503. */
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
export const countRevocations = (operations: readonly Operation[], promise: FaultPromise): number =>
  new TimedExpectations(operations, promise, { role: '', password: '' }).after.revocations.acknowledgedCount;

/**
 * Checks the answers of one service. An acceptance counts by the begin of its request: it may have been decided then and
 * delivered much later, because the service was stopped in between.
 */
export function checkService(
  operations: readonly Operation[],
  { instance, boundMs, sqlBoundMs, patienceMs, unavailable }: ServicePromise,
  promise: FaultPromise,
  initial: InitialState,
): ServiceCheck {
  const expectations = new TimedExpectations(operations, promise, initial, sqlBoundMs);
  const revocationsFor = (operation: Operation) => expectations.for(operation).revocations;
  const lateMs = (operation: Operation) =>
    operation.start - revocationsFor(operation).refusedFrom(operation.sessionId ?? '', instance);
  const hasPossibleRole = (operation: Operation) =>
    operation.role === undefined ||
    expectations
      .for(operation)
      .possibleRoles({ ...operation, start: operation.start - boundMs })
      .has(operation.role);
  const isExplained = ({ status, start, end }: Operation) => {
    const time = { from: start, to: end };
    const isCutOff = end - start >= patienceMs && meanDelayMs(promise, time) >= QUICK_TRIP_MS;
    return status === 503 && (isCutOff || overlaps(time, unavailable));
  };
  const ruleOf = (operation: Operation): Rule | undefined => {
    const { status, end, sessionId = '', retryAfter } = operation;
    if (status === 0) return 'no answer';
    if (status >= 500) {
      if (!isExplained(operation)) return 'server error';
      return retryAfter ? undefined : 'no Retry-After';
    }
    if (isRefused(operation))
      return revocationsFor(operation).begunAt(sessionId) >= end ? 'false refusal' : undefined;
    if (lateMs(operation) > boundMs) return 'accepted after revocation';
    return hasPossibleRole(operation) ? undefined : 'stale role';
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
