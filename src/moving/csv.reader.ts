import { finished } from 'node:stream/promises';
import { CsvError, type Parser, parse } from 'csv-parse';
import { MAX_RECORD_BYTES } from './bounded-bytes.js';
import { textOf, tooLong } from './json-record.js';
import { RefusedRecord } from './refused-record.js';
import type { SourceRecord } from './source-record.js';

interface Row {
  readonly fields: readonly string[];
  /** Of the line on which the record ends. */
  readonly lastLine: number;
}

/**
 * The records of CSV (RFC 4180), whose first line names the columns. An empty field is an absent one. After a wrong quote nobody can say
 * where the next record begins: then the reading ends, and the report says where.
 */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SourceRecord> {
  let line = 1;
  let names: string[] | undefined;
  try {
    for await (const { fields, lastLine } of rowsOf(chunks)) {
      if (names === undefined) names = fields.map(fieldOf);
      else yield recordOf(lastLine - breaksIn(fields), names, fields);
      line = lastLine + 1;
    }
  } catch (error) {
    if (error instanceof RefusedRecord) yield { line, refused: error };
    else if (error instanceof CsvError) yield { line, refused: refusalOf(error) };
    else throw error;
  }
}

/** The parser as a stream of rows would lose the rows before an error: a stream that fails drops what was not read. */
async function* rowsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  const rows: Row[] = [];
  const parser = parse({
    // Latin-1 keeps the bytes, so that wrong UTF-8 is found and not replaced.
    encoding: 'latin1',
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: (fields: string[], { lines }) => {
      rows.push({ fields, lastLine: lines });
      return null;
    },
  });
  parser.on('error', ignore).resume();
  for await (const chunk of chunks) {
    const error = await written(parser, chunk);
    yield* rows.splice(0);
    if (error) throw error;
  }
  parser.end();
  const error: unknown = await finished(parser).catch((reason: unknown) => reason);
  yield* rows.splice(0);
  if (error !== undefined) throw error as Error;
}

const written = (parser: Parser, chunk: Uint8Array): Promise<Error | null | undefined> =>
  new Promise((resolve) => parser.write(chunk, resolve));

function recordOf(line: number, names: readonly string[], fields: readonly string[]): SourceRecord {
  try {
    if (fields.length !== names.length)
      throw new RefusedRecord('invalid_csv', 'The record has another number of fields than the first line');
    const pairs = names.map((name, index) => [name, fieldOf(fields[index] ?? '')] as const);
    return { line, value: Object.fromEntries(pairs.filter(([, text]) => text !== '')) };
  } catch (error) {
    if (error instanceof RefusedRecord) return { line, refused: error };
    throw error;
  }
}

/** How many lines a record has beyond its first one. */
const breaksIn = (fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + (field.match(/[\r\n]/g)?.length ?? 0), 0);

const fieldOf = (field: string): string => textOf(Buffer.from(field, 'latin1'));

function refusalOf({ code }: CsvError): RefusedRecord {
  if (code === 'CSV_MAX_RECORD_SIZE') return tooLong();
  return new RefusedRecord('invalid_csv', `The rest of the file cannot be read as CSV (${code})`);
}

const ignore = (): void => undefined;
