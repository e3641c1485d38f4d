import type { FirebaseParameters } from '../firebase-parameters.js';
import type { SourceAccount, SourceRecord } from '../source-record.js';

/** What a command says of its file, where the file does not. */
export interface FormatSettings {
  readonly isCsv: boolean;
  readonly firebase: FirebaseParameters | undefined;
}

/** What another system exports. */
export interface SourceFormat {
  /** Whether ids that are no UUID become one, which is always the same. */
  readonly hasForeignIds: boolean;
  read(chunks: AsyncIterable<Uint8Array>, settings: FormatSettings): AsyncIterable<SourceRecord>;
  /** @throws RefusedRecord */
  accountOf(value: Readonly<Record<string, unknown>>, settings: FormatSettings): SourceAccount;
}
