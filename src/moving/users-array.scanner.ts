import { BoundedBytes } from './bounded-bytes.js';
import { jsonRecord } from './json-record.js';
import type { SourceRecord } from './source-record.js';

const [QUOTE, BACKSLASH, COLON, COMMA, LINE_FEED] = [0x22, 0x5c, 0x3a, 0x2c, 0x0a];
const [OPEN_BRACE, OPEN_BRACKET, CLOSE_BRACE, CLOSE_BRACKET] = [0x7b, 0x5b, 0x7d, 0x5d];
const NAME = 'users';

/**
 * Finds the elements of the array `users` in one large JSON document, or in each document of an array, without holding the document. It
 * follows strings and brackets alone: each element is parsed by itself, so a wrong one does not end the import.
 */
export class UsersArrayScanner {
  private line = 1;
  private depth = 0;
  private isInString = false;
  private isEscaped = false;
  /** The text since the last quote, as far as it can be the name. */
  private text = '';
  private name: string | undefined;
  /** Of the object that may have the member: 2 in an array of documents. */
  private level = 1;
  private isInUsers = false;
  private hasUsers = false;
  private itemLine: number | undefined;
  private readonly item = new BoundedBytes();

  /** Whether every bracket was closed. */
  get isComplete(): boolean {
    return this.depth === 0 && !this.isInString;
  }

  /** Whether there was an array of this name. */
  get hasFound(): boolean {
    return this.hasUsers;
  }

  get currentLine(): number {
    return this.line;
  }

  *scan(chunk: Uint8Array): Generator<SourceRecord> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LINE_FEED) this.line += 1;
      if (this.isInString) this.followString(byte);
      else if (byte > 0x20) {
        if (this.isAtItems && this.itemLine === undefined && byte !== COMMA && byte !== CLOSE_BRACKET) {
          this.itemLine = this.line;
          start = at;
        }
        if (this.isItemEnd(byte)) {
          this.item.add(chunk.subarray(start, at));
          yield this.takeItem();
        }
        this.follow(byte);
      }
    }
    if (this.itemLine !== undefined) this.item.add(chunk.subarray(start));
  }

  /** Whether the next value is an element of the array. */
  private get isAtItems(): boolean {
    return this.isInUsers && this.depth === this.level + 1;
  }

  private isItemEnd(byte: number): boolean {
    return this.itemLine !== undefined && this.isAtItems && (byte === COMMA || byte === CLOSE_BRACKET);
  }

  private takeItem(): SourceRecord {
    const record = jsonRecord(this.itemLine ?? this.line, this.item.take());
    this.itemLine = undefined;
    return record;
  }

  private followString(byte: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === BACKSLASH) this.isEscaped = true;
    else if (byte === QUOTE) this.isInString = false;
    else if (this.text.length <= NAME.length) this.text += String.fromCharCode(byte);
  }

  private follow(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.isInString = true;
        this.text = '';
        return;
      case COLON:
        this.name = this.depth === this.level ? this.text : undefined;
        return;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.open(byte);
        return;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.close();
        return;
      default:
        this.name = undefined;
    }
  }

  private open(byte: number): void {
    if (this.depth === 0) this.level = byte === OPEN_BRACKET ? 2 : 1;
    if (byte === OPEN_BRACKET && this.depth === this.level && this.name === NAME)
      this.isInUsers = this.hasUsers = true;
    this.name = undefined;
    this.depth += 1;
  }

  private close(): void {
    this.depth -= 1;
    if (this.depth <= this.level) this.isInUsers = false;
    this.name = undefined;
  }
}
