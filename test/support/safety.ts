/**
 * A broken promise of safety: a token accepted after the answer, a write lost, a refusal of what is live, a secret printed. `.ci/run` runs
 * other failed tests once more, but never one that failed with this error: what happened once can happen.
 */
export class SafetyViolation extends Error {
  override name = 'SafetyViolation';
}

/**
 * Asserts what must never fail once.
 *
 * @throws SafetyViolation with the message of the assertion that failed
 */
export function expectSafety(assert: () => void): void {
  try {
    assert();
  } catch (error) {
    throw new SafetyViolation(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
