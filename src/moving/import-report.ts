import { type FileHandle, open } from 'node:fs/promises';
import type { RefusedRecord } from './refused-record.js';
import type { Place } from './source-record.js';

const OWNER_ONLY = 0o600;
const SHOWN = 10;

/** The refused records: each is a line of NDJSON in the file of `--report`, without data of the account. The first ones are shown too. */
export class ImportReport {
  readonly shown: string[] = [];
  private text = '';

  private constructor(
    private readonly file: FileHandle | undefined,
    private size: number,
  ) {}

  /** @param keptBytes of an earlier run that goes on; what the file has beyond belongs to a batch that was not committed */
  static async open(path: string | undefined, keptBytes: number): Promise<ImportReport> {
    if (path === undefined) return new ImportReport(undefined, 0);
    const file = await open(path, keptBytes > 0 ? 'r+' : 'w', OWNER_ONLY);
    const { size } = await file.stat();
    const kept = Math.min(size, keptBytes);
    await file.truncate(kept);
    return new ImportReport(file, kept);
  }

  add({ line, record }: Place, { code, message }: RefusedRecord): void {
    this.text += `${JSON.stringify({ line, record, code, message })}\n`;
    if (this.shown.length < SHOWN) this.shown.push(`line ${line}, record ${record}: ${message} (${code})`);
  }

  /** Writes what was added. @returns the size of the file */
  async flush(): Promise<number> {
    const bytes = Buffer.from(this.text);
    this.text = '';
    if (this.file === undefined) return 0;
    await this.file.write(bytes, 0, bytes.length, this.size);
    this.size += bytes.length;
    return this.size;
  }

  async close(): Promise<void> {
    await this.file?.close();
  }
}
