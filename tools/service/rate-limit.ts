import type { Progress } from './progress.js';
import type { Answer } from './service-client.js';

export interface Wait {
  /** What was refused for now. */
  readonly what: string;
  readonly seconds: number;
}

/** The service limits attempts, and asks for a longer wait than this command may take. */
export class RateLimitedError extends Error {
  override name = 'RateLimitedError';
}

/** Repeats requests that the service refuses with 429 for now, as its `Retry-After` asks, within a time for all of them together. */
export class RateLimit {
  readonly waits: Wait[] = [];
  private leftSeconds: number;

  constructor(
    maxWaitSeconds: number,
    private readonly progress: Progress,
    private readonly signal?: AbortSignal,
  ) {
    this.leftSeconds = maxWaitSeconds;
  }

  /**
   * The first answer that is not 429.
   * @throws RateLimitedError when the service asks for a longer wait than is left
   */
  async outlast<Body>(what: string, send: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
    for (;;) {
      const answer = await send();
      if (answer.status !== 429) return answer;
      const seconds = secondsOf(answer);
      const left = this.leftSeconds;
      if (seconds > left)
        throw new RateLimitedError(
          `429 ${answer.code ?? ''} at ${what}: try again in ${seconds} s, ${left} s of --max-wait are left`,
        );
      this.leftSeconds -= seconds;
      this.waits.push({ what, seconds });
      await this.progress.wait(
        seconds * 1000,
        `as the rate limit of the service asks (429 at ${what})`,
        this.signal,
      );
    }
  }
}

/** A limit without a usable time is asked again after a second. */
function secondsOf({ headers }: Answer<unknown>): number {
  const value = headers['retry-after'] ?? '';
  return /^\d+$/.test(value) ? Math.max(1, Number(value)) : 1;
}
