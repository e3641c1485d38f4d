import type { Readable } from 'node:stream';

/** Keeps the last `limit` characters that a process wrote. */
export class OutputRing {
  private kept = '';

  constructor(private readonly limit = 256 * 1024) {}

  follow(stream: Readable | null): void {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      this.kept += text;
      // Each cut copies the whole text.
      if (this.kept.length > 2 * this.limit) this.kept = this.text;
    });
  }

  get text(): string {
    return this.kept.slice(-this.limit);
  }
}
