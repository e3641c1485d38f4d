import { Deadline } from '../common/deadline.js';

/** PostgreSQL gave no answer in time. */
export class SilentServerError extends Error {
  constructor(lengthMs: number) {
    super(`no answer within ${lengthMs} ms`);
    this.name = 'SilentServerError';
  }
}

/** Bounds the waits for a server's answers, so that a frozen server is noticed. */
export class AnswerDeadline {
  private readonly deadline: Deadline;

  /** @param lengthMs longest time for an answer, milliseconds */
  constructor(private readonly lengthMs: number) {
    this.deadline = new Deadline(lengthMs);
  }

  /** Settles as the answer does. @throws SilentServerError for no answer in time; the late outcome is dropped */
  bound<T>(answer: Promise<T>): Promise<T> {
    return this.deadline.bound(answer, () => new SilentServerError(this.lengthMs));
  }
}
