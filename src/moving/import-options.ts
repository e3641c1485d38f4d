import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parseCommandLine, UsageError } from '../common/command-line.js';
import { type FirebaseParameters, parseFirebaseParameters } from './firebase-parameters.js';
import { type FormatName, FORMATS, isFormatName } from './formats/formats.js';

const BY_EXTENSION: Readonly<Record<string, FormatName>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

export const IMPORT_USAGE = `Usage: ergodrive import FILE [options] (here: npm run import -- FILE [options])

Imports accounts into the database of DATABASE_URL, with the password hashes of other systems. Documentation: docs/moving.md

  --format NAME        ${Object.keys(FORMATS).join(', ')};
                       .csv, .ndjson and .jsonl need none
  --dry-run            check everything and write nothing
  --report REPORT      write each refused record to the new file REPORT, as a line of NDJSON
  --json               print the summary as JSON
  --role-map FROM=TO   give the role TO for the role FROM of the source, or none for FROM=; may be repeated.
                       Also a file with one such pair on each line
  --must-reset         import accounts whose hash is refused, without a password. Where SMTP_URL is set, each
                       imported account without a password gets a mail that sets one
  --allow-weak-hashes  take salted SHA-1, SHA-256 and SHA-512, which the first login replaces
  --update             let accounts that exist, and that nobody has used here, become as in the file
  --firebase-hash-config FILE
                       the hash_config of the Firebase project
  --restart            read the file from its beginning, also when an earlier run was cut off

The same command goes on where an earlier run was cut off. Accounts that exist are left as they are.
Ends with 0, with 1 when a record or all is refused, and with 2 for wrong arguments.`;

export interface ImportOptions {
  readonly file: string;
  readonly format: FormatName;
  readonly isCsv: boolean;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  readonly reportFile: string | undefined;
  readonly rolePairs: readonly string[];
  readonly mustReset: boolean;
  readonly allowsWeakHashes: boolean;
  readonly updates: boolean;
  readonly firebase: FirebaseParameters | undefined;
  readonly restarts: boolean;
}

const OPTIONS = {
  format: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  report: { type: 'string' },
  json: { type: 'boolean', default: false },
  'role-map': { type: 'string', multiple: true, default: [] as string[] },
  'must-reset': { type: 'boolean', default: false },
  'allow-weak-hashes': { type: 'boolean', default: false },
  update: { type: 'boolean', default: false },
  'firebase-hash-config': { type: 'string' },
  restart: { type: 'boolean', default: false },
} as const;

/** @throws UsageError; Error for a file of an option that cannot be read */
export function parseImportOptions(args: string[]): ImportOptions {
  const { values, positionals } = parseCommandLine({ args, options: OPTIONS, allowPositionals: true });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError('import needs one FILE');
  const format = formatOf(file, values.format);
  const hashConfig = values['firebase-hash-config'];
  if ((format === 'firebase') !== (hashConfig !== undefined))
    throw new UsageError('--firebase-hash-config belongs to --format firebase, which needs it');
  return {
    file,
    format,
    isCsv: extname(file).toLowerCase() === '.csv',
    isDryRun: values['dry-run'],
    isJson: values.json,
    reportFile: values.report,
    rolePairs: values['role-map'].flatMap(pairsOf),
    mustReset: values['must-reset'],
    allowsWeakHashes: values['allow-weak-hashes'],
    updates: values.update,
    firebase:
      hashConfig === undefined ? undefined : parseFirebaseParameters(readFileSync(hashConfig, 'utf8')),
    restarts: values.restart,
  };
}

function formatOf(file: string, name: string | undefined): FormatName {
  const format = name ?? BY_EXTENSION[extname(file).toLowerCase()];
  if (format === undefined)
    throw new UsageError('--format is needed: the name of the file does not say the format');
  if (!isFormatName(format))
    throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}`);
  return format;
}

function pairsOf(text: string): string[] {
  if (text.includes('=')) return [text];
  return readFileSync(text, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
