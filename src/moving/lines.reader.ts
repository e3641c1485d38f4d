import { BoundedBytes } from './bounded-bytes.js';
import { jsonRecord } from './json-record.js';
import type { SourceRecord } from './source-record.js';

const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];

/** The records of NDJSON: one JSON object a line. Empty lines are none. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SourceRecord> {
  const bytes = new BoundedBytes();
  let line = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      bytes.add(chunk.subarray(start, end));
      yield* recordOf(line, bytes);
      line += 1;
      start = end + 1;
    }
    bytes.add(chunk.subarray(start));
  }
  yield* recordOf(line, bytes);
}

function* recordOf(line: number, collected: BoundedBytes): Generator<SourceRecord> {
  const bytes = collected.take();
  const isBlank =
    bytes !== undefined && (bytes.length === 0 || (bytes.length === 1 && bytes[0] === CARRIAGE_RETURN));
  if (!isBlank) yield jsonRecord(line, bytes);
}
