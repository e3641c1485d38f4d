import type pg from 'pg';
import { AnswerDeadline, SilentServerError } from '../database/answer-deadline.js';
import { PrimaryClient } from '../database/primary-client.js';
import type { PrimaryLocator } from '../database/primary-locator.js';
import { PrimaryNotFoundError } from '../database/primary-not-found.error.js';

/** Between two reads; a change that nobody notified is applied within it. */
const POLL_MS = 500;
/** Shortest time between two reads, however often somebody notifies. */
const PAUSE_MS = 5;

/** errno codes of a server that cannot be reached, and the SQLSTATE of one that is starting or shutting down. */
const UNREACHABLE =
  /^(57P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/**
 * Whether the failure of an *attempt to connect*, or silence at any time, shows that PostgreSQL is out of reach. A server that
 * answers with a refusal, such as too many connections, may serve others, and so may one that ends the connection. Of several
 * hosts, at least one is out of reach, and the others are standbys.
 */
export function isOutOfReach(error: unknown): boolean {
  if (error instanceof SilentServerError) return !error.wasStalled;
  if (error instanceof PrimaryNotFoundError)
    return error.unasked.length > 0 && error.unasked.every(isOutOfReach);
  if (error instanceof AggregateError) return error.errors.every(isOutOfReach);
  const { code, message } = error as Error & { code?: string };
  return code === undefined ? /Connection terminated/.test(message) : UNREACHABLE.test(code);
}

export interface FollowerConnectionOptions {
  readonly primary: PrimaryLocator;
  readonly applicationName: string;
  readonly channels: readonly string[];
  onNotification(channel: string, payload: string): void;
}

/** One connection of the follower: bounded in every wait, and woken by notifications. */
export class FollowerConnection {
  private readonly deadline = new AnswerDeadline();
  private readonly client: PrimaryClient;
  private lost: Error | undefined;
  private isNotified = false;
  private running = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly options: FollowerConnectionOptions) {
    this.client = new PrimaryClient({
      primary: options.primary,
      application_name: options.applicationName,
      keepAlive: true,
    });
    this.client.on('error', (error: Error) => this.lose(error));
    this.client.on('end', () => this.lose(new Error('Connection terminated')));
    this.client.on('notification', ({ channel, payload = '' }) => options.onNotification(channel, payload));
  }

  /** @throws Error of the driver, or for no answer in time; then `close()` is due all the same */
  async open(): Promise<void> {
    await this.deadline.bound(this.client.connect());
    await this.run((client) =>
      client.query('SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED'),
    );
  }

  async listen(): Promise<void> {
    for (const channel of this.options.channels)
      await this.run((client) => client.query(`LISTEN ${channel}`));
  }

  /** Whether no statement runs. A pooler in transaction mode passes notifications on while one does, and at no other time. */
  get isIdle(): boolean {
    return this.running === 0;
  }

  /** Runs statements, within the time for one answer. */
  async run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await this.deadline.bound(work(this.client));
    } finally {
      this.running -= 1;
    }
  }

  /** Ends the pause that is under way, or the next one. */
  notify(): void {
    this.isNotified = true;
    this.wake();
  }

  /** Waits until it is time to read the log again. @throws Error when the connection was lost */
  async pause(): Promise<void> {
    await this.sleep(PAUSE_MS, false);
    if (!this.isNotified) await this.sleep(POLL_MS - PAUSE_MS, true);
    this.isNotified = false;
    if (this.lost !== undefined) throw this.lost;
  }

  /** Ends it without waiting for the server. */
  close(): void {
    this.lose(new Error('stopped'));
    this.client.leave();
  }

  private lose(error: Error): void {
    this.lost ??= error;
    this.wake();
  }

  private sleep(durationMs: number, canBeWoken: boolean): Promise<void> {
    if (this.lost !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, durationMs);
      this.wake = canBeWoken ? end : () => this.lost && end();
    });
  }
}
