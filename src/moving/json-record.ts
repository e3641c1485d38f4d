import { MAX_RECORD_BYTES } from './bounded-bytes.js';
import { RefusedRecord } from './refused-record.js';
import type { SourceRecord } from './source-record.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param bytes of one JSON value; `undefined` for too many of them */
export function jsonRecord(line: number, bytes: Buffer | undefined): SourceRecord {
  try {
    if (bytes === undefined) throw tooLong();
    return { line, value: objectOf(textOf(bytes)) };
  } catch (error) {
    if (error instanceof RefusedRecord) return { line, refused: error };
    throw error;
  }
}

/** @throws RefusedRecord for bytes that are not UTF-8 */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RefusedRecord('invalid_utf8', 'The record is not UTF-8');
  }
}

export const tooLong = (): RefusedRecord =>
  new RefusedRecord('too_long', `The record is longer than ${MAX_RECORD_BYTES} bytes`);

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RefusedRecord('invalid_json', 'The record is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RefusedRecord('invalid_json', 'The record is not a JSON object');
  return value as Record<string, unknown>;
}
