const EVERY_MS = 500;

/** One line on the terminal that changes. Where the standard error is no terminal, there is none. */
export class ProgressLine {
  private shownAt = -Infinity;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** @param share of the whole, from 0 to 1; `undefined` where it is not known */
  update(count: number, what: string, share?: number): void {
    const now = performance.now();
    if (!this.stream.isTTY || now - this.shownAt < EVERY_MS) return;
    this.shownAt = now;
    const percent = share === undefined ? '' : ` (${Math.floor(share * 100)} %)`;
    this.stream.write(`\r\u001b[K${count} ${what}${percent}`);
  }

  clear(): void {
    if (this.stream.isTTY && this.shownAt > -Infinity) this.stream.write('\r\u001b[K');
  }
}
