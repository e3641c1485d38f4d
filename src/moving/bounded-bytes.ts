/** A record that is longer is refused: the memory of the import is bounded whatever a file holds. */
export const MAX_RECORD_BYTES = 1_048_576;

/** Collects the bytes of one record from the pieces of a stream. */
export class BoundedBytes {
  private pieces: Uint8Array[] = [];
  private length = 0;

  get isEmpty(): boolean {
    return this.length === 0;
  }

  add(piece: Uint8Array): void {
    this.length += piece.length;
    if (this.length > MAX_RECORD_BYTES) this.pieces = [];
    else this.pieces.push(piece);
  }

  /** Begins anew. @returns the bytes, or `undefined` when there were too many */
  take(): Buffer | undefined {
    const bytes = this.length > MAX_RECORD_BYTES ? undefined : Buffer.concat(this.pieces);
    this.pieces = [];
    this.length = 0;
    return bytes;
  }
}
