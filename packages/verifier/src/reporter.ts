import type { Clock } from './clock.js';

const REPEAT_AFTER_MS = 60_000;

/** Passes failures on to `onError`: each kind at its begin, when its message changes, and once a minute. */
export class Reporter {
  private closed = false;
  private readonly last = new Map<string, { message: string; atMs: number }>();

  constructor(
    private readonly onError: (error: Error) => void,
    private readonly clock: Clock,
  ) {}

  failed(kind: 'metadata' | 'keys' | 'feed' | 'introspection' | 'memory' | 'listener', error: unknown): void {
    // What was ended by `close` did not fail.
    if (this.closed) return;
    const reported = error instanceof Error ? error : new Error(String(error));
    const atMs = this.clock.monotonicMs();
    const last = this.last.get(kind);
    if (last?.message === reported.message && atMs - last.atMs < REPEAT_AFTER_MS) return;
    this.last.set(kind, { message: reported.message, atMs });
    try {
      this.onError(reported);
    } catch {
      // The application's own logger must not end the loop that follows the feed.
    }
  }

  close(): void {
    this.closed = true;
  }
}
