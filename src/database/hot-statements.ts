import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type pg from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { isDatabaseOutage } from '../common/database-errors.js';
import type { BoundedClient } from './bounded-client.js';
import { Database } from './database.js';

/** SQL that runs again and again. The name is one that no other statement has. */
export interface HotStatement {
  readonly name: string;
  readonly text: string;
}

/** Runs a statement and answers its rows. */
export type Run = <Row extends pg.QueryResultRow>(
  statement: HotStatement,
  values: readonly unknown[],
) => Promise<Row[]>;

/** A transaction that is open. */
export interface Transaction {
  readonly run: Run;
  /** TypeORM's entities, on the connection of this transaction and until its end. */
  entities(): EntityManager;
}

/** Rows, and the history in which they were read. */
export interface RowsOfHistory<Row> {
  readonly rows: Row[];
  readonly history: string | undefined;
}

/**
 * Runs the statements of the hot paths on TypeORM's own pool, prepared: PostgreSQL parses and plans each once a connection,
 * which takes it longer than running it.
 */
@Injectable()
export class HotStatements {
  private readonly pool: pg.Pool;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly database: Database,
  ) {
    this.pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
  }

  /** @throws Error of the driver; `isDatabaseOutage` knows those that say "not now", such as another server than the followed one */
  run<Row extends pg.QueryResultRow>(statement: HotStatement, values: readonly unknown[]): Promise<Row[]> {
    return this.withClient((client) => this.runOn<Row>(client, statement, values));
  }

  /** The same, with the history in which the rows were read. */
  read<Row extends pg.QueryResultRow>(
    statement: HotStatement,
    values: readonly unknown[],
  ): Promise<RowsOfHistory<Row>> {
    return this.withClient(async (client) => {
      const rows = await this.runOn<Row>(client, statement, values);
      return { rows, history: client.history };
    });
  }

  /**
   * Runs statements in one transaction, each of which sees what others have committed before it.
   * @throws Error of `work`, or of the driver; then nothing was changed, unless it was the commit that went unanswered
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      let runner: QueryRunner | undefined;
      await client.begin();
      try {
        const result = await work({
          run: (statement, values) => this.runOn(client, statement, values),
          entities: () => (runner ??= this.runnerOn(client)).manager,
        });
        const { command } = await client.query('COMMIT');
        // PostgreSQL answers so, without an error, when a statement failed and its error was caught.
        if (command === 'ROLLBACK') throw new TypeError('a statement of the transaction had failed');
        return result;
      } catch (error) {
        // On a connection that is lost this fails in its turn, as an outage, and the server undoes the transaction.
        await client.query('ROLLBACK');
        throw error;
      } finally {
        // Whoever kept the entities would write on a connection that others use.
        if (runner !== undefined) Object.assign(runner, { isReleased: true });
      }
    });
  }

  /** The runner neither takes a connection of its own nor begins a transaction, and gives nothing back. */
  private runnerOn(client: BoundedClient): QueryRunner {
    const runner = this.dataSource.createQueryRunner();
    return Object.assign(runner, {
      databaseConnection: client,
      isTransactionActive: true,
      transactionDepth: 1,
    });
  }

  private async runOn<Row extends pg.QueryResultRow>(
    client: BoundedClient,
    { name, text }: HotStatement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    // All connections to the embedded database are one session, in which a name could be given only once.
    const statement = this.database.isEmbedded ? { text } : { name, text };
    return (await client.query<Row>({ ...statement, values: [...values] })).rows;
  }

  private async withClient<T>(work: (client: BoundedClient) => Promise<T>): Promise<T> {
    const client = (await this.pool.connect()) as pg.PoolClient & BoundedClient;
    // A broken connection fails its query and also emits `error`, which would end the process without a listener.
    client.on('error', ignore);
    let isBroken = false;
    try {
      return await work(client);
    } catch (error) {
      isBroken = isDatabaseOutage(error);
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(isBroken);
    }
  }
}

const ignore = (): void => undefined;
