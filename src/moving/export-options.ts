import { parseCommandLine, UsageError } from '../common/command-line.js';

export const EXPORT_USAGE = `Usage: ergodrive export FILE (here: npm run --silent export -- FILE)

Writes every account of DATABASE_URL as a line of NDJSON to FILE, which only its owner may read, or to the standard output for -.
The lines have the password hashes: keep the file as you keep a backup of the database. Documentation: docs/moving.md

Ends with 0, with 1 when it fails, and with 2 for wrong arguments.`;

/** @returns the path, or `-` @throws UsageError */
export function parseExportOptions(args: string[]): string {
  const { positionals } = parseCommandLine({ args, options: {}, allowPositionals: true });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0)
    throw new UsageError('export needs one FILE, or - for the standard output');
  return file;
}
