import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { isDatabaseOutage } from '../common/database-errors.js';
import { newStateGauge } from '../common/metrics.js';

const STATES = ['unproven', 'delivered', 'not delivered'] as const;
/** So many notifications in a row must be lost, because a stall of this process can hide one. */
const ATTEMPTS = 3;
const PAUSE_MS = 1000;
/** Between attempts once nothing arrived. */
const RETRY_MS = 5000;

export type NotificationState = (typeof STATES)[number];

/**
 * Whether notifications of PostgreSQL reach the connection of the follower. The instance notifies itself by way of the pool, on a
 * channel of its own, so that no other instance is woken.
 */
@Injectable()
export class NotificationProof {
  readonly channel = `ergodrive_proof_${randomBytes(8).toString('hex')}`;
  private readonly logger = new Logger('Log');
  private reported: NotificationState = 'unproven';
  private hasArrived = false;
  private lost = 0;
  private isSending = false;
  private sentAt = -Infinity;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {
    newStateGauge(
      'ergodrive_database_notifications',
      '1 for whether the notifications of PostgreSQL arrive, 0 for the other states',
      STATES,
      () => this.state,
    );
  }

  /** `unproven` for a moment after each connect. */
  get state(): NotificationState {
    if (this.hasArrived) return 'delivered';
    return this.lost >= ATTEMPTS ? 'not delivered' : 'unproven';
  }

  /** A new connection of the follower: what was true of the one before proves nothing. */
  begin(): void {
    this.hasArrived = false;
    this.lost = 0;
    this.sentAt = -Infinity;
  }

  /** A notification has arrived while the connection ran no statement. */
  arrived(): void {
    this.hasArrived = true;
    this.report();
  }

  /** Sends the next notification when it is time to; to be called when the connection begins to wait. */
  step(): void {
    const pauseMs = this.lost < ATTEMPTS ? PAUSE_MS : RETRY_MS;
    if (this.hasArrived || this.isSending || performance.now() - this.sentAt < pauseMs) return;
    this.report();
    void this.send();
  }

  private async send(): Promise<void> {
    this.isSending = true;
    try {
      await this.dataSource.query(`SELECT pg_notify($1, '')`, [this.channel]);
      this.lost += 1;
    } catch (error) {
      // What was not sent cannot arrive.
      if (!isDatabaseOutage(error)) this.logger.error(`Not notified: ${(error as Error).message}`);
    }
    this.sentAt = performance.now();
    this.isSending = false;
  }

  private report(): void {
    const { state, reported } = this;
    if (state === 'unproven' || state === reported) return;
    this.reported = state;
    if (state === 'not delivered')
      this.logger.warn(
        'Notifications of PostgreSQL do not arrive, as through PgBouncer in transaction mode. Changes are applied up to 0.5 s ' +
          'late. Set DATABASE_DIRECT_URL to an address without the pooler',
      );
    else if (reported === 'not delivered') this.logger.log('Notifications of PostgreSQL arrive again');
  }
}
