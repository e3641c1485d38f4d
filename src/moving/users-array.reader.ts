import { RefusedRecord } from './refused-record.js';
import type { SourceRecord } from './source-record.js';
import { UsersArrayScanner } from './users-array.scanner.js';

/** The records of a JSON document with an array `users`. */
export async function* readUsersArray(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SourceRecord> {
  const scanner = new UsersArrayScanner();
  for await (const chunk of chunks) yield* scanner.scan(chunk);
  const refused = refusalOf(scanner);
  if (refused !== undefined) yield { line: scanner.currentLine, refused };
}

function refusalOf({ isComplete, hasFound }: UsersArrayScanner): RefusedRecord | undefined {
  if (!isComplete) return new RefusedRecord('truncated', 'The document ends before its brackets are closed');
  return hasFound ? undefined : new RefusedRecord('invalid_json', 'The document has no array users');
}
