import type { Answer } from '../service/service-client.js';

export interface Observation {
  readonly ms?: number;
  readonly stalenessMs?: number;
  readonly detail?: string;
  /** The reason, when the promise could not be examined. */
  readonly skipped?: string;
}

/** The promise does not hold. */
export class PromiseBroken extends Error {
  override name = 'PromiseBroken';

  constructor(
    detail: string,
    readonly observed: Observation = {},
  ) {
    super(detail);
  }
}

/** The answer, when it has the status. @throws PromiseBroken otherwise */
export function demand<Body>(answer: Answer<Body>, status: number, what: string): Answer<Body> {
  if (answer.status === status) return answer;
  throw new PromiseBroken(`${what} was answered with ${describe(answer)}, not ${status}`, { ms: answer.ms });
}

/** The answer, when it refuses a revoked token. @throws PromiseBroken otherwise */
export function demandRevoked<Body>(answer: Answer<Body>, what: string): Answer<Body> {
  if (isRevoked(answer)) return answer;
  throw new PromiseBroken(`${what} was answered with ${describe(answer)}, not 401 token_revoked`, {
    ms: answer.ms,
  });
}

export const isRevoked = ({ status, code }: Answer<unknown>) => status === 401 && code === 'token_revoked';

/** The status with the code of the problem, or the target of a redirect. */
export function describe({ status, code, headers }: Answer<unknown>): string {
  return [status, code ?? headers.location].filter((part) => part !== undefined).join(' ');
}

/** Milliseconds for people. */
export const formatMs = (ms: number) => ms.toFixed(ms < 10 ? 1 : 0);
