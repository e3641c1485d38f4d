import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { abandon } from './abandon.js';
import { Database } from './database.js';
import { PrimaryClient } from './primary-client.js';

/** First key of the advisory locks, the same on every instance; the second is the hash of the task's name. */
const TASK_LOCKS = 1_414_213_562;
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 60_000;
/** The server's limit comes first; this one is for a server that does not answer. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000;
const GOODBYE_MS = 1000;

/** They replace what the role or the database sets. */
const SETTINGS = `
  SET statement_timeout = ${STATEMENT_TIMEOUT_MS};
  SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED`;
const TRY_LOCK = 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS held';

/**
 * Connections of background work. Each task gets one of its own, for as long as it runs: the time limits of requests do not
 * apply to it, and it takes no place in their pool.
 */
@Injectable()
export class MaintenanceConnection implements BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly database: Database,
    private readonly config: AppConfig,
  ) {}

  /** Closes the connections of running tasks, so that the shutdown waits for no long statement. */
  beforeApplicationShutdown(): void {
    this.shutdown.abort();
  }

  /**
   * Runs `work` on a connection of its own, in READ COMMITTED, with 60 s for a statement. Of several instances one at a time
   * runs a task. The connection ends with `work`, and an unfinished transaction with it.
   * @param task name of the task, the same on every instance
   * @returns what `work` returns; `undefined` when another instance runs the task, or the application shuts down
   * @throws Error of `work`, or of the driver
   */
  async run<T>(task: string, work: (client: pg.ClientBase) => Promise<T>): Promise<T | undefined> {
    const { signal } = this.shutdown;
    if (signal.aborted) return undefined;
    const running = this.database.isEmbedded ? this.onPool(work) : this.onOwnConnection(task, work);
    return running.catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
  }

  private async onOwnConnection<T>(
    task: string,
    work: (client: pg.ClientBase) => Promise<T>,
  ): Promise<T | undefined> {
    const client = this.createClient();
    const stop = (): void => abandon(client);
    this.shutdown.signal.addEventListener('abort', stop);
    try {
      await client.connect();
      await client.query(SETTINGS);
      const { rows } = await client.query<{ held: boolean }>(TRY_LOCK, [TASK_LOCKS, task]);
      return rows[0]?.held === true ? await work(client) : undefined;
    } finally {
      this.shutdown.signal.removeEventListener('abort', stop);
      await close(client);
    }
  }

  /**
   * The embedded database is one session for all its connections, and is used by one process: a lock would exclude nobody, and
   * settings would be those of requests.
   */
  private async onPool<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const { master } = this.dataSource.driver as unknown as { master: pg.Pool };
    const client = await master.connect();
    client.on('error', ignore);
    let hasFailed = true;
    try {
      const result = await work(client);
      hasFailed = false;
      return result;
    } finally {
      client.off('error', ignore);
      client.release(hasFailed);
    }
  }

  private createClient(): pg.Client {
    const client = new PrimaryClient({
      primary: this.database.sessions,
      application_name: `${this.config.name}-maintenance`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
    });
    // A lost connection fails the running query and emits this event too; without a listener it would end the process.
    client.on('error', ignore);
    return client;
  }
}

/** Does not wait long for a server that no longer answers. */
async function close(client: pg.Client): Promise<void> {
  await Promise.race([client.end(), sleep(GOODBYE_MS, undefined, { ref: false })]);
  abandon(client);
}

const ignore = (): void => undefined;
