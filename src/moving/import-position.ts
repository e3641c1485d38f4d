import { createHash } from 'node:crypto';
import type { Run } from '../database/hot-statements.js';
import { FORGET_POSITION, KEEP_POSITION, READ_POSITION } from './import-statements.js';
import type { ImportCounts } from './import-summary.js';

export interface PositionState {
  readonly counts: ImportCounts;
  /** Size of the report, which has the refused records up to here. */
  readonly reportBytes: number;
}

/** How far the import of one file by one command has come. */
export class ImportPosition {
  private readonly key: string;

  /**
   * @param fileDigest of the file
   * @param options everything that decides what becomes of a record: with other options the file is read from its beginning
   */
  constructor(
    private readonly run: Run,
    fileDigest: string,
    options: object,
  ) {
    this.key = createHash('sha256')
      .update(JSON.stringify([fileDigest, options]))
      .digest('base64url');
  }

  /** @returns `undefined` where no earlier run was cut off */
  async read(): Promise<PositionState | undefined> {
    const [row] = await this.run<{ counts: ImportCounts; reportBytes: number }>(READ_POSITION, [this.key]);
    return row;
  }

  /** Call it in the transaction of the batch. */
  async keep({ counts, reportBytes }: PositionState): Promise<void> {
    await this.run(KEEP_POSITION, [this.key, JSON.stringify(counts), reportBytes]);
  }

  async forget(): Promise<void> {
    await this.run(FORGET_POSITION, [this.key]);
  }
}
