import { ResponseReader } from './response-reader.js';

/** The numbers under which autocannon's parser, http-parser-js, keeps its callbacks. */
const HEADERS_COMPLETE = 2;
const BODY = 3;
const MESSAGE_COMPLETE = 4;

/** Reads responses for autocannon in place of its own parser. */
export class LeanParser extends ResponseReader {
  [HEADERS_COMPLETE]: (head: { statusCode: number; headers: string[] }) => void;
  [BODY]: (chunk: Buffer, from: number, length: number) => void;
  [MESSAGE_COMPLETE]: () => void;

  protected override take(statusCode: number, chunk: Buffer, from: number, length: number): void {
    this[HEADERS_COMPLETE]({ statusCode, headers: [] });
    this[BODY](chunk, from, length);
    this[MESSAGE_COMPLETE]();
  }
}
