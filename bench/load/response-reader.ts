const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS = { start: 'HTTP/1.1 '.length, end: 'HTTP/1.1 200'.length };

/**
 * Reads responses with a `content-length`, and rejects all others. It does not parse the other headers: a full parser costs
 * about as much as the cheapest route costs the server, and one core could then not saturate the server.
 */
export abstract class ResponseReader {
  private rest: Buffer | undefined;

  /** Called with each complete response. The body is the `length` bytes of the chunk after `from`. */
  protected abstract onResponse(status: number, chunk: Buffer, from: number, length: number): void;

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

  /** @returns the length of the first response, or 0 when it is incomplete */
  private read(chunk: Buffer): number {
    const headEnd = chunk.indexOf(HEAD_END);
    if (headEnd < 0) return 0;
    const head = chunk.toString('latin1', 0, headEnd);
    const declared = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (declared === undefined) throw new Error(`a response without content-length:\n${head}`);
    const bodyStart = headEnd + HEAD_END.length;
    const bodyLength = Number(declared);
    if (chunk.length < bodyStart + bodyLength) return 0;
    this.onResponse(Number(head.slice(STATUS.start, STATUS.end)), chunk, bodyStart, bodyLength);
    return bodyStart + bodyLength;
  }
}
