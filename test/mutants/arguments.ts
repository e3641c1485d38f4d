import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run test:mutants [-- [FILTER] [--changed[=REF]] [--workers=N]]

  FILTER            only mutants whose name or file contains it
  --changed[=REF]   only mutants whose file or a spec of which differs from the last commit shared with REF
                    (origin/main, or main where that is missing)
  --workers=N       how many are tried side by side, 1 to 16 (3)`;

export interface Arguments {
  /** Selects mutants whose name or file contains it. */
  readonly filter: string;
  /** Selects mutants of what differs from this revision; the empty text stands for the main branch. */
  readonly changedSince: string | undefined;
  readonly workers: number;
}

/** The command was called in a wrong way. The message is for the person who called it. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws UsageError */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) throw wrong(`More than one filter: ${positionals.join(', ')}`);
  return {
    filter: positionals[0] ?? '',
    changedSince: values.changed,
    workers: parseWorkers(values.workers),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // `parseArgs` knows no option whose value may be missing.
      args: args.map((arg) => (arg === '--changed' ? '--changed=' : arg)),
      options: { changed: { type: 'string' }, workers: { type: 'string', default: '3' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function parseWorkers(text: string): number {
  const workers = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(workers >= 1 && workers <= 16)) throw wrong(`--workers must be a number from 1 to 16: ${text}`);
  return workers;
}

const wrong = (message: string) => new UsageError(`${message}\n\n${USAGE}`);
