/** The numbers under which autocannon's parser, http-parser-js, keeps its callbacks. */
const HEADERS_COMPLETE = 2;
const BODY = 3;
const MESSAGE_COMPLETE = 4;

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS = { from: 'HTTP/1.1 '.length, to: 'HTTP/1.1 200'.length };

/**
 * Reads responses for autocannon in place of its own parser, which takes apart every header and so costs the generator
 * about as much as the cheapest route costs the server: on one core it could not ask for all that the server can give.
 * This one wants what the server sends, a status line and a `content-length`, and stops at anything else.
 */
export class LeanParser {
  [HEADERS_COMPLETE]: (head: { statusCode: number; headers: string[] }) => void;
  [BODY]: (chunk: Buffer, from: number, length: number) => void;
  [MESSAGE_COMPLETE]: () => void;

  private rest: Buffer | undefined;

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
    this[HEADERS_COMPLETE]({ statusCode: Number(head.slice(STATUS.from, STATUS.to)), headers: [] });
    this[BODY](chunk, bodyStart, bodyLength);
    this[MESSAGE_COMPLETE]();
    return bodyStart + bodyLength;
  }
}
