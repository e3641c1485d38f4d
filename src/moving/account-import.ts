import { stat } from 'node:fs/promises';
import { noteWithin } from '../audit/audit.service.js';
import { SERVICE_ACTOR } from '../common/actor.js';
import type { AppConfig } from '../config/app-config.js';
import { AccountWriter } from './account-writer.js';
import type { DatabaseSession } from './database-session.js';
import { FileBytes } from './file-bytes.js';
import { FORMATS } from './formats/formats.js';
import { ImportBatch } from './import-batch.js';
import type { ImportOptions } from './import-options.js';
import { ImportPosition, type PositionState } from './import-position.js';
import { ImportReport } from './import-report.js';
import { IS_MIGRATED, TAKE_IMPORT_LOCK } from './import-statements.js';
import { type ImportCounts, type ImportSummary, NO_COUNTS } from './import-summary.js';
import type { ProgressLine } from './progress-line.js';
import { RecordChecker } from './record-checker.js';
import { RoleMap } from './role-map.js';

/** A batch is one transaction: a killed import loses one batch at most, and repeats it. */
const BATCH = 1000;

type ImportConfig = Pick<AppConfig, 'roles' | 'mail'>;

/** What a run ends with. */
export interface FinishedImport {
  readonly summary: ImportSummary;
  /** The first refused records, for people. */
  readonly refusals: readonly string[];
}

/** One run of the import of one file. */
export class AccountImport {
  private readonly beganAt = performance.now();
  private readonly writer: AccountWriter;
  private readonly checker: RecordChecker;

  /** @throws Error for a role map that names an unknown role */
  constructor(
    private readonly session: DatabaseSession,
    private readonly options: ImportOptions,
    private readonly progress: ProgressLine,
    { roles, mail }: ImportConfig,
  ) {
    const { format, isDryRun, updates, mustReset, allowsWeakHashes, rolePairs } = options;
    const invites = mustReset && mail.transport !== undefined;
    this.writer = new AccountWriter(session.run, { isDryRun, updates, invites });
    this.checker = new RecordChecker(FORMATS[format], options, {
      roles: new RoleMap(rolePairs, roles),
      mustReset,
      allowsWeakHashes,
      foreignIds: FORMATS[format].hasForeignIds ? format : undefined,
    });
  }

  /** @throws Error for a file that cannot be read, for a database without the migrations, and of the driver */
  async run(): Promise<FinishedImport> {
    const { file, reportFile, isDryRun, restarts } = this.options;
    if (!(await stat(file)).isFile()) throw new Error('FILE must be a file, which is read twice');
    await this.demandReady();
    const digest = await new FileBytes(file).digest();
    const position = this.positionOf(digest);
    const earlier = isDryRun || restarts ? undefined : await position.read();
    const report = await ImportReport.open(reportFile, earlier?.reportBytes ?? 0);
    try {
      await this.note('accounts.import_started', digest, earlier?.counts ?? NO_COUNTS);
      const counts = await this.readAll(position, report, earlier);
      await this.finish(position, digest, counts);
      return { summary: this.summaryOf(counts, earlier), refusals: report.shown };
    } finally {
      this.progress.clear();
      await report.close();
    }
  }

  private positionOf(digest: string): ImportPosition {
    const { format, isCsv, rolePairs, mustReset, allowsWeakHashes, updates, firebase } = this.options;
    const decisive = { format, isCsv, rolePairs, mustReset, allowsWeakHashes, updates, firebase };
    return new ImportPosition(this.session.run, digest, decisive);
  }

  private async demandReady(): Promise<void> {
    const [schema] = await this.session.run<{ isMigrated: boolean }>(IS_MIGRATED, []);
    if (schema?.isMigrated !== true)
      throw new Error('The database lacks the migrations of this version: node dist/migrate.js applies them');
    const [lock] = await this.session.run<{ isHeld: boolean }>(TAKE_IMPORT_LOCK, []);
    if (lock?.isHeld !== true) throw new Error('Another import runs on this database');
  }

  private async readAll(
    position: ImportPosition,
    report: ImportReport,
    earlier: PositionState | undefined,
  ): Promise<ImportCounts> {
    const bytes = new FileBytes(this.options.file);
    const { size } = await stat(this.options.file);
    const done = earlier?.counts.records ?? 0;
    let [batch, record] = [new ImportBatch(), 0];
    // A batch is written while the next one is read.
    let written = Promise.resolve(earlier?.counts ?? NO_COUNTS);
    try {
      for await (const source of FORMATS[this.options.format].read(bytes, this.options)) {
        record += 1;
        // Also of records that an earlier run has finished: later ones may repeat them.
        const outcome = this.checker.check(source);
        if (record > done) batch.add({ line: source.line, record }, outcome);
        if (batch.size === BATCH) {
          written = this.commit(batch, await written, position, report);
          written.catch(ignore);
          batch = new ImportBatch();
        }
        this.progress.update(record, 'records', bytes.readBytes / size);
      }
      return await this.commit(batch, await written, position, report);
    } finally {
      await written.catch(ignore);
    }
  }

  private async commit(
    batch: ImportBatch,
    before: ImportCounts,
    position: ImportPosition,
    report: ImportReport,
  ): Promise<ImportCounts> {
    return this.session.transaction(async () => {
      const counts = await batch.write(this.writer, report, before);
      const reportBytes = await report.flush();
      if (!this.options.isDryRun) await position.keep({ counts, reportBytes });
      return counts;
    });
  }

  private async finish(position: ImportPosition, digest: string, counts: ImportCounts): Promise<void> {
    if (this.options.isDryRun) return;
    await this.session.transaction(async () => {
      await position.forget();
      await this.note('accounts.import_finished', digest, counts);
    });
  }

  private async note(
    action: 'accounts.import_started' | 'accounts.import_finished',
    digest: string,
    counts: ImportCounts,
  ): Promise<void> {
    if (this.options.isDryRun) return;
    const numbers = Object.entries(counts).map(([name, count]) => [name, String(count)]);
    const details = {
      format: this.options.format,
      file_sha256: digest,
      ...(Object.fromEntries(numbers) as Record<string, string>),
    };
    await noteWithin(this.session.run, action, SERVICE_ACTOR, { details });
  }

  private summaryOf(counts: ImportCounts, earlier: PositionState | undefined): ImportSummary {
    return {
      format: this.options.format,
      dry_run: this.options.isDryRun,
      ...counts,
      resumed_after: earlier?.counts.records ?? 0,
      seconds: Math.round((performance.now() - this.beganAt) / 100) / 10,
    };
  }
}

/** The next batch waits for the one before, and fails as that did. */
const ignore = (): void => undefined;
