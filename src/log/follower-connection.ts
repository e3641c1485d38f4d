import type pg from 'pg';
import { AnswerDeadline } from '../database/answer-deadline.js';
import { PrimaryClient } from '../database/primary-client.js';
import type { PrimaryLocator } from '../database/primary-locator.js';

/** Between two reads; a change that nobody notified is applied within it. */
const POLL_MS = 500;
/** Shortest time between two reads, however often somebody notifies. */
const PAUSE_MS = 5;

/** A statement without an answer for as long gives reason to ask by other ways whether PostgreSQL is in reach. */
const SILENCE_MS = 300;

export interface FollowerConnectionOptions {
  readonly primary: PrimaryLocator;
  readonly applicationName: string;
  readonly channels: readonly string[];
  /** Longest time for an answer, milliseconds: no less than requests have, so that a slow server is followed. */
  readonly answerMs: number;
  /** A statement has no answer for a while. */
  onSilence(): void;
  onNotification(channel: string, payload: string): void;
}

/** One connection of the follower: bounded in every wait, and woken by notifications. */
export class FollowerConnection {
  private readonly deadline: AnswerDeadline;
  private readonly client: PrimaryClient;
  private lost: Error | undefined;
  private isNotified = false;
  private running = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly options: FollowerConnectionOptions) {
    this.deadline = new AnswerDeadline(options.answerMs);
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
    await this.run((client) => client.connect());
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
    const silence = setTimeout(() => this.options.onSilence(), SILENCE_MS);
    this.running += 1;
    try {
      return await this.deadline.bound(work(this.client));
    } finally {
      this.running -= 1;
      clearTimeout(silence);
    }
  }

  /** Ends the pause that is under way, or the next one. */
  notify(): void {
    this.isNotified = true;
    this.wake();
  }

  /**
   * Waits until it is time to read the log again.
   * @param readBeganAt `performance.now()` before the last read began: the next one begins 500 ms later at most, however slow PostgreSQL is
   * @throws Error when the connection was lost
   */
  async pause(readBeganAt: number): Promise<void> {
    await this.sleep(PAUSE_MS, false);
    if (!this.isNotified) await this.sleep(readBeganAt + POLL_MS - performance.now(), true);
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
    if (this.lost !== undefined || durationMs <= 0) return Promise.resolve();
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
