import { Deadline } from '../common/deadline.js';

/** Longest time for an answer. Below the time for which entries are accepted, so that a silent server is noticed before. */
const ANSWER_MS = 800;
/** A wait that took this much longer than it should was lengthened by a stall of this process and proves nothing. */
const STALL_MS = 250;

/** PostgreSQL gave no answer in time. */
export class SilentServerError extends Error {
  constructor(readonly wasStalled: boolean) {
    super(`no answer within ${ANSWER_MS} ms`);
    this.name = 'SilentServerError';
  }
}

/** Bounds the waits for a server's answers, so that a frozen server is noticed. */
export class AnswerDeadline {
  private readonly deadline = new Deadline(ANSWER_MS);

  /** Settles as the answer does. @throws SilentServerError for no answer in time; the late outcome is dropped */
  bound<T>(answer: Promise<T>): Promise<T> {
    const beganAt = performance.now();
    const silence = () => new SilentServerError(performance.now() - beganAt > ANSWER_MS + STALL_MS);
    return this.deadline.bound(answer, silence);
  }
}
