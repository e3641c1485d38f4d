/** How many records became what. Members are as `--json` prints them. */
export interface ImportCounts {
  /** Of the file, whatever became of them. */
  readonly records: number;
  readonly imported: number;
  readonly updated: number;
  readonly already_there: number;
  readonly refused: number;
  /** Of the imported ones. */
  readonly without_password: number;
  readonly mails: number;
}

export const NO_COUNTS: ImportCounts = {
  records: 0,
  imported: 0,
  updated: 0,
  already_there: 0,
  refused: 0,
  without_password: 0,
  mails: 0,
};

export interface ImportSummary extends ImportCounts {
  readonly format: string;
  readonly dry_run: boolean;
  /** The records that an earlier run of the same command had finished. */
  readonly resumed_after: number;
  readonly seconds: number;
}

/** The summary for people. */
export function describeImport(summary: ImportSummary): string {
  const { dry_run: isDryRun, records, imported, updated, already_there: there, refused } = summary;
  const lines = [
    isDryRun ? 'Nothing was written: this is a dry run.' : undefined,
    summary.resumed_after > 0
      ? `Went on after record ${summary.resumed_after} of an earlier run.`
      : undefined,
    `${records} records in ${summary.seconds} s: ${imported} imported, ${updated} updated, ${there} there already, ${refused} refused.`,
    summary.without_password > 0
      ? `${summary.without_password} of the imported accounts have no password; ${summary.mails} mails that set one are queued.`
      : undefined,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
