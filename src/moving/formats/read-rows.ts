import { readCsv } from '../csv.reader.js';
import { readLines } from '../lines.reader.js';
import type { SourceFormat } from './source-format.js';

/** Rows of a table, as CSV or as NDJSON by the name of the file. */
export const readRows: SourceFormat['read'] = (chunks, { isCsv }) => (isCsv ? readCsv : readLines)(chunks);
