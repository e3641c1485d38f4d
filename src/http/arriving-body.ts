import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { errorCodes } from 'fastify';

const FIRST_BYTES = 1024;

/**
 * The body of one request. It is copied into one buffer as it arrives, which holds at most twice the bytes of the body: Node and Fastify
 * would keep every piece as an object, and a piece of one byte takes 350 bytes.
 */
export class ArrivingBody {
  /** The bytes, when the last of them is there. */
  readonly whole: Promise<Buffer>;
  private buffer = Buffer.alloc(0);
  private length = 0;
  private isSettled = false;
  private settle!: (error: Error | undefined) => void;

  /**
   * @param limits `freeBytes` may come without a permission, `limitBytes` are the most
   * @param hold gets the bytes that are held more than before, a negative number for fewer
   */
  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: { readonly limitBytes: number; freeBytes: number },
    private readonly hold: (bytes: number) => void,
  ) {
    this.whole = new Promise((resolve, reject) => {
      this.settle = (error) => {
        if (this.isSettled) return;
        this.isSettled = true;
        const { buffer } = this;
        this.buffer = Buffer.alloc(0);
        this.hold(-buffer.length);
        if (error === undefined) resolve(buffer.subarray(0, this.length));
        else reject(error);
      };
    });
    // What arrives after the end is read and dropped, until the answer has closed the connection.
    request
      .on('data', (piece: Buffer) => this.take(piece))
      .once('end', () => this.settle(undefined))
      .on('error', (error) => this.settle(error))
      .once('close', () => this.settle(new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH()));
  }

  /** Lets the rest come, up to the limit. */
  allow(): void {
    this.limits.freeBytes = this.limits.limitBytes;
    this.connection?.resume();
  }

  /** Ends the reading, for this reason. */
  refuse(error: Error): void {
    this.settle(error);
    this.connection?.resume();
  }

  /** A request that is injected has none. */
  private get connection(): Socket | undefined {
    const { socket } = this.request;
    return socket instanceof Socket ? socket : undefined;
  }

  private take(piece: Buffer): void {
    if (this.isSettled) return;
    const { limitBytes, freeBytes } = this.limits;
    const length = this.length + piece.length;
    if (length > limitBytes) return this.settle(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    if (!this.makeRoom(length)) return;
    piece.copy(this.buffer, this.length);
    this.length = length;
    // What has been read of the connection already still comes.
    if (length > freeBytes) this.connection?.pause();
  }

  /** @returns whether the body is still wanted: this one may be the oldest when all together hold too much */
  private makeRoom(length: number): boolean {
    if (length <= this.buffer.length) return true;
    const size = Math.min(this.limits.limitBytes, Math.max(length, 2 * this.buffer.length, FIRST_BYTES));
    const larger = Buffer.allocUnsafeSlow(size);
    this.buffer.copy(larger);
    const more = size - this.buffer.length;
    this.buffer = larger;
    this.hold(more);
    return !this.isSettled;
  }
}
