import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { LetterRenderer } from './letter-renderer.js';
import { isRefusal, LeaseLostError, reasonOfFailure } from './mail-failure.js';
import type { MailMetrics } from './mail-metrics.js';
import type { ClaimedMail, MailQueue, PreparedMail } from './mail-queue.js';
import type { MailTransport } from './mail-transport.js';
import { LEASE_SECONDS } from './mail-statements.js';

/** An attempt ends before its lease does, whatever the server does. */
const ATTEMPT_MS = (LEASE_SECONDS - 10) * 1000;
/** Between attempts to remove a mail that was sent. */
const REMOVE_AGAIN_MS = 1000;

/** Attempts at mails. */
export class MailDelivery {
  private readonly logger = new Logger('Mail');

  constructor(
    private readonly queue: MailQueue,
    private readonly renderer: LetterRenderer,
    private readonly transport: MailTransport,
    private readonly metrics: MailMetrics,
  ) {}

  /**
   * Sends a mail, and writes the outcome to its row.
   * @param shutdown ends the attempt; a mail that no server has seen is given back then
   * @throws Error of the driver; then another attempt follows when the lease has ended
   */
  async attempt(mail: ClaimedMail, shutdown: AbortSignal): Promise<void> {
    const attempt = { isGivenAway: false };
    const proceed = async () => {
      if (!(await this.queue.renew(mail)))
        throw new LeaseLostError('another sender has the mail, or it has expired');
      attempt.isGivenAway = true;
    };
    try {
      const prepared = await this.queue.prepare(mail);
      if (prepared === 'lost') return;
      if (prepared !== 'dropped') {
        await this.send(prepared, proceed, AbortSignal.any([shutdown, AbortSignal.timeout(ATTEMPT_MS)]));
        await this.remove(mail);
      }
      this.metrics.add(mail.kind, prepared === 'dropped' ? 'dropped' : 'sent');
    } catch (error) {
      if (error instanceof LeaseLostError || (shutdown.aborted && !attempt.isGivenAway))
        await this.queue.giveBack(mail);
      else await this.fail(mail, error);
    }
  }

  /** Logs mails that expired, and counts them. @throws Error of the driver */
  async buryExpired(): Promise<void> {
    for (const { id, kind, attempts, last_error: reason } of await this.queue.buryExpired()) {
      this.metrics.add(kind, 'expired');
      this.logger.error({
        msg: 'A mail expired, and is a dead letter now',
        mail_id: id,
        kind,
        attempts,
        reason,
      });
    }
  }

  private async send(
    { row, letter }: PreparedMail,
    proceed: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const rendered = this.renderer.render(row, letter);
    await this.transport.send({ ...rendered, id: row.id, kind: row.kind }, proceed, signal);
  }

  private async fail(mail: ClaimedMail, error: unknown): Promise<void> {
    const reason = reasonOfFailure(error);
    const line = { mail_id: mail.id, kind: mail.kind, reason };
    if (isRefusal(error)) {
      await this.queue.bury(mail, reason);
      this.metrics.add(mail.kind, 'dead');
      this.logger.error({ msg: 'A mail was refused for good, and is a dead letter now', ...line });
    } else {
      await this.queue.retry(mail, reason);
      this.metrics.add(mail.kind, 'retried');
      this.logger.warn({ msg: 'A mail could not be sent, and will be tried again', ...line });
    }
  }

  /** A mail that was sent and stays in the outbox would be sent again. So this is tried for as long as the lease may last. */
  private async remove(mail: ClaimedMail): Promise<void> {
    const until = performance.now() + LEASE_SECONDS * 1000;
    for (;;) {
      try {
        await this.queue.remove(mail);
        return;
      } catch (error) {
        if (performance.now() > until) throw error;
        await pause(REMOVE_AGAIN_MS, undefined, { ref: false });
      }
    }
  }
}
