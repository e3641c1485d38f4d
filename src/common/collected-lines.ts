import type { DestinationStream } from 'pino';

/** More than 64 lines of requests usually have; half of what a pipe holds. */
const MAX_CHARACTERS = 32_768;

/**
 * Collects log lines and writes several at once: each write costs as much as a line. pino's own destination can collect too, and
 * measures what it has collected anew with each line.
 */
export class CollectedLines implements DestinationStream {
  private lines = '';

  /** @param output takes lines synchronously */
  constructor(private readonly output: DestinationStream) {}

  write(line: string): void {
    this.lines += line;
    if (this.lines.length >= MAX_CHARACTERS) this.flushSync();
  }

  /** Writes all that was collected. Call it after the last of several lines. */
  flushSync(): void {
    const { lines } = this;
    this.lines = '';
    if (lines !== '') this.output.write(lines);
  }
}
