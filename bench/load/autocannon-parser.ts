import { ResponseReader } from './response-reader.js';

/** The keys under which autocannon's parser, http-parser-js, stores its callbacks. */
const HEADERS_COMPLETE = 2;
const BODY = 3;
const MESSAGE_COMPLETE = 4;

/** Replaces autocannon's own parser. */
export class AutocannonParser extends ResponseReader {
  [HEADERS_COMPLETE]: (head: { statusCode: number; headers: string[] }) => void;
  [BODY]: (chunk: Buffer, from: number, length: number) => void;
  [MESSAGE_COMPLETE]: () => void;

  protected override onResponse(statusCode: number, chunk: Buffer, from: number, length: number): void {
    this[HEADERS_COMPLETE]({ statusCode, headers: [] });
    this[BODY](chunk, from, length);
    this[MESSAGE_COMPLETE]();
  }
}
