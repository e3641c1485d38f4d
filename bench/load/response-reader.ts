const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS = { from: 'HTTP/1.1 '.length, to: 'HTTP/1.1 200'.length };

/**
 * Reads responses as the server sends them, a status line and a `content-length`, and stops at anything else. A parser that
 * takes apart every header costs the generator about as much as the cheapest route costs the server: on one core it could
 * not ask for all that the server can give.
 */
export abstract class ResponseReader {
  private rest: Buffer | undefined;

  /** A whole response. Its body is `length` bytes of the chunk. */
  protected abstract take(status: number, chunk: Buffer, from: number, length: number): void;

  /** @throws Error when a response has no `content-length` */
  execute(received: Buffer): void {
    let chunk = this.rest === undefined ? received : Buffer.concat([this.rest, received]);
    this.rest = undefined;
    while (chunk.length > 0) {
      const length = this.read(chunk);
      if (length === 0) break;
      chunk = chunk.subarray(length);
    }
    if (chunk.length > 0) this.rest = chunk;
  }

  /** @returns the length of the first response, 0 when it is not all there */
  private read(chunk: Buffer): number {
    const headEnd = chunk.indexOf(HEAD_END);
    if (headEnd < 0) return 0;
    const head = chunk.toString('latin1', 0, headEnd);
    const declared = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (declared === undefined) throw new Error(`a response without content-length:\n${head}`);
    const bodyStart = headEnd + HEAD_END.length;
    const bodyLength = Number(declared);
    if (chunk.length < bodyStart + bodyLength) return 0;
    this.take(Number(head.slice(STATUS.from, STATUS.to)), chunk, bodyStart, bodyLength);
    return bodyStart + bodyLength;
  }
}
