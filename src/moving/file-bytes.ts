import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const CHUNK_BYTES = 262_144;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** The bytes of a file, without the byte order mark that some programs put before UTF-8. */
export class FileBytes implements AsyncIterable<Uint8Array> {
  private count = 0;

  constructor(private readonly path: string) {}

  /** How many bytes were read so far. */
  get readBytes(): number {
    return this.count;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.chunks()) {
      const isMarked = this.count === 0 && chunk.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
      this.count += chunk.length;
      yield isMarked ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk;
    }
  }

  /** @returns the SHA-256 of the whole file, in hexadecimal digits */
  async digest(): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of this.chunks()) hash.update(chunk);
    return hash.digest('hex');
  }

  private chunks(): AsyncIterable<Buffer> {
    return createReadStream(this.path, { highWaterMark: CHUNK_BYTES });
  }
}
