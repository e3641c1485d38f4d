import { type AccountRules, checkedAccount } from './account-rules.js';
import type { FormatSettings, SourceFormat } from './formats/source-format.js';
import type { ImportedAccount } from './imported-account.js';
import { RefusedRecord } from './refused-record.js';
import { SeenKeys } from './seen-keys.js';
import type { SourceRecord } from './source-record.js';

/** Makes accounts of the records of one file. An address or an id that was there before in the file is refused. */
export class RecordChecker {
  private readonly seen = new SeenKeys();

  constructor(
    private readonly format: SourceFormat,
    private readonly settings: FormatSettings,
    private readonly rules: AccountRules,
  ) {}

  check(record: SourceRecord): ImportedAccount | RefusedRecord {
    try {
      if ('refused' in record) return record.refused;
      const account = checkedAccount(this.format.accountOf(record.value, this.settings), this.rules);
      this.demandNew(account);
      return account;
    } catch (error) {
      if (error instanceof RefusedRecord) return error;
      throw error;
    }
  }

  private demandNew({ id, hasGivenId, email }: ImportedAccount): void {
    const isNew = [this.seen.add(`email ${email}`), !hasGivenId || this.seen.add(`id ${id}`)];
    if (isNew.includes(false))
      throw new RefusedRecord('duplicate_in_file', 'An earlier record of the file has the address or the id');
  }
}
