import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { LOG_CHANNEL } from '../../src/log/invalidation-log.js';

const WRITERS = 5;

/** One statement of one of the writers, or a page that is read between two of them. */
export type Step =
  | { readonly kind: 'begin' | 'assign' | 'commit' | 'rollback' | 'forge'; readonly writer: number }
  | { readonly kind: 'insert'; readonly writer: number; readonly rows: number }
  | { readonly kind: 'subtransaction'; readonly writer: number; readonly isKept: boolean }
  | { readonly kind: 'read' }
  /** A page is read while the writer commits. */
  | { readonly kind: 'readDuringCommit'; readonly writer: number };

const writer = fc.nat(WRITERS - 1);
const of = <Kind extends string>(kind: Kind) => fc.record({ kind: fc.constant(kind), writer });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: of('begin') },
  { weight: 1, arbitrary: of('assign') },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('insert'), writer, rows: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('subtransaction'), writer, isKept: fc.boolean() }),
  },
  { weight: 3, arbitrary: of('commit') },
  { weight: 1, arbitrary: of('rollback') },
  { weight: 1, arbitrary: of('forge') },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read') }) },
  { weight: 1, arbitrary: of('readDuringCommit') },
);

/** Interleavings of up to thirty steps, most of them nearly that long. */
export const interleavings: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 30, size: 'max' });

/** A connection that writes rows to the log, and the user ids of the rows of its open transaction. */
interface Writer {
  readonly client: pg.Client;
  uncommitted: string[] | undefined;
}

/** Writes to the log on several connections, and knows which rows are committed. Each row has a user id of its own. */
export class LogWriters {
  private constructor(private readonly writers: readonly Writer[]) {}

  /** User ids of committed rows. */
  readonly committed = new Set<string>();

  static async connect(databaseUrl: string): Promise<LogWriters> {
    const connect = async (): Promise<Writer> => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      return { client, uncommitted: undefined };
    };
    return new LogWriters(await Promise.all(Array.from({ length: WRITERS }, connect)));
  }

  async close(): Promise<void> {
    await Promise.all(this.writers.map(({ client }) => client.end()));
  }

  /** @param read what reads a page of the log */
  async run(step: Step, read: () => Promise<void>): Promise<void> {
    if (step.kind === 'read') return read();
    const writer = this.writers[step.writer]!;
    switch (step.kind) {
      case 'begin':
        return this.begin(writer);
      case 'assign':
        await writer.client.query('SELECT pg_current_xact_id()');
        return;
      case 'insert':
        return this.insert(writer, step.rows);
      case 'subtransaction':
        return this.insertInSubtransaction(writer, step.isKept);
      case 'forge':
        return this.forge(writer);
      case 'commit':
        return this.commit(writer);
      case 'rollback':
        return this.rollBack(writer);
      case 'readDuringCommit':
        await Promise.all([this.commit(writer), read()]);
    }
  }

  /** Ends the open transactions: every second one is rolled back. */
  async finish(): Promise<void> {
    for (const [index, writer] of this.writers.entries())
      await (index % 2 === 0 ? this.commit(writer) : this.rollBack(writer));
  }

  private async begin(writer: Writer): Promise<void> {
    if (writer.uncommitted !== undefined) return;
    await writer.client.query('BEGIN');
    writer.uncommitted = [];
  }

  private async insert(writer: Writer, rows: number): Promise<void> {
    const userIds = Array.from({ length: rows }, () => randomUUID());
    await insertRows(writer.client, userIds);
    if (writer.uncommitted !== undefined) writer.uncommitted.push(...userIds);
    else for (const id of userIds) this.committed.add(id);
  }

  private async insertInSubtransaction(writer: Writer, isKept: boolean): Promise<void> {
    await this.begin(writer);
    const userId = randomUUID();
    await writer.client.query('SAVEPOINT inner_one');
    await insertRows(writer.client, [userId]);
    await writer.client.query(isKept ? 'RELEASE inner_one' : 'ROLLBACK TO inner_one');
    if (isKept) writer.uncommitted?.push(userId);
  }

  /** Notifies of a change that was not made, or not committed; outside of a transaction at once. */
  private async forge({ client, uncommitted = [] }: Writer): Promise<void> {
    await client.query('SELECT pg_notify($1, $2)', [LOG_CHANNEL, uncommitted[0] ?? randomUUID()]);
  }

  private async commit(writer: Writer): Promise<void> {
    if (writer.uncommitted === undefined) return;
    await writer.client.query('COMMIT');
    for (const id of writer.uncommitted) this.committed.add(id);
    writer.uncommitted = undefined;
  }

  private async rollBack(writer: Writer): Promise<void> {
    if (writer.uncommitted === undefined) return;
    await writer.client.query('ROLLBACK');
    writer.uncommitted = undefined;
  }
}

async function insertRows(client: pg.Client, userIds: readonly string[]): Promise<void> {
  await client.query(
    `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', id FROM unnest($1::uuid[]) AS id`,
    [userIds],
  );
}
