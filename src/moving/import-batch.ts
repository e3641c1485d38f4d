import type { AccountWriter, WrittenBatch } from './account-writer.js';
import type { ImportReport } from './import-report.js';
import type { ImportCounts } from './import-summary.js';
import type { ImportedAccount } from './imported-account.js';
import { RefusedRecord } from './refused-record.js';
import type { Place } from './source-record.js';

/** Records that are written or refused in one transaction. */
export class ImportBatch {
  private readonly records: (readonly [Place, ImportedAccount | RefusedRecord])[] = [];

  get size(): number {
    return this.records.length;
  }

  add(place: Place, outcome: ImportedAccount | RefusedRecord): void {
    this.records.push([place, outcome]);
  }

  /** @returns the counts with those of this batch @throws Error of the driver */
  async write(writer: AccountWriter, report: ImportReport, before: ImportCounts): Promise<ImportCounts> {
    const accounts = this.records.flatMap(([, outcome]) =>
      outcome instanceof RefusedRecord ? [] : [outcome],
    );
    const written = await writer.write(accounts);
    let refused = 0;
    for (const [place, outcome] of this.records) {
      const refusal = outcome instanceof RefusedRecord ? outcome : written.refused.get(outcome);
      if (refusal === undefined) continue;
      report.add(place, refusal);
      refused += 1;
    }
    return sumOf(before, written, this.size, refused);
  }
}

const sumOf = (
  before: ImportCounts,
  written: WrittenBatch,
  records: number,
  refused: number,
): ImportCounts => ({
  records: before.records + records,
  imported: before.imported + written.imported.length,
  updated: before.updated + written.updated,
  already_there: before.already_there + written.alreadyThere,
  refused: before.refused + refused,
  without_password:
    before.without_password + written.imported.filter(({ passwordHash }) => passwordHash === null).length,
  mails: before.mails + written.mails,
});
