import { AsyncResource } from 'node:async_hooks';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PeriodicTask } from '../common/periodic-task.js';
import { AppConfig } from '../config/app-config.js';
import type { MailTransportConfig } from '../config/mail-transport.js';
import { FilesTransport } from './files.transport.js';
import { LetterRenderer } from './letter-renderer.js';
import { MailDelivery } from './mail-delivery.js';
import { MailMetrics } from './mail-metrics.js';
import { MailOutbox } from './mail-outbox.js';
import { MailQueue } from './mail-queue.js';
import { MailSampler } from './mail-sampler.js';
import type { MailTransport } from './mail-transport.js';
import { SmtpTransport } from './smtp.transport.js';

/** Mails of other instances, and mails that are tried again, are found this long after they are due. */
const INTERVAL_MS = 1000;
/** Mails that this instance sends at a time: a server that is slow with some of them does not hold up the others. */
const MAX_LANES = 4;
/** How long a shutdown waits for mails that are being sent. */
const SHUTDOWN_MS = 5000;

/** Sends the mails of the outbox. Each instance does; the lease of a mail keeps two of them from sending the same (ADR 0050). */
@Injectable()
export class MailSenderService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly shutdown = new AbortController();
  /** What works on mails, each on one at a time. */
  private readonly lanes = new Set<Promise<void>>();
  private isStopping = false;
  private polling: PeriodicTask | undefined;

  constructor(
    private readonly queue: MailQueue,
    private readonly sampler: MailSampler,
    private readonly outbox: MailOutbox,
    private readonly renderer: LetterRenderer,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    const { transport, from } = this.config.mail;
    if (transport === undefined) {
      this.logger.warn('SMTP_URL is not set: this service sends no mail');
      return;
    }
    const delivery = new MailDelivery(
      this.queue,
      this.renderer,
      transportOf(transport, from),
      new MailMetrics(() => this.sampler.read()),
    );
    // A request that has queued a mail does not have the work on all mails in its trace.
    this.outbox.onWake(AsyncResource.bind(() => this.openLane(delivery)));
    this.polling = new PeriodicTask(MailSenderService.name, INTERVAL_MS, () => this.poll(delivery));
    this.polling.start();
  }

  /** Takes no more mails. Those that are being sent may end; after some seconds, those that no server has seen are given back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    const timer = setTimeout(() => this.shutdown.abort(new Error('the instance shuts down')), SHUTDOWN_MS);
    await this.polling?.stop();
    await Promise.all(this.lanes);
    clearTimeout(timer);
  }

  /** @throws Error of the driver */
  private async poll(delivery: MailDelivery): Promise<void> {
    await delivery.buryExpired();
    this.openLane(delivery);
  }

  /** One more lane, if the limit allows it. */
  private openLane(delivery: MailDelivery): void {
    if (this.isStopping || this.lanes.size >= MAX_LANES) return;
    // A failure of the database shows in the next poll, which reports it.
    const lane = this.work(delivery)
      .catch(() => undefined)
      .finally(() => this.lanes.delete(lane));
    this.lanes.add(lane);
  }

  /** Sends mails until none is due. While there are some, more lanes help. */
  private async work(delivery: MailDelivery): Promise<void> {
    while (!this.isStopping) {
      const mail = await this.queue.claim();
      if (mail === undefined) return;
      this.openLane(delivery);
      await delivery.attempt(mail, this.shutdown.signal);
    }
  }
}

function transportOf(config: MailTransportConfig, from: string): MailTransport {
  return config.kind === 'smtp' ? new SmtpTransport(config, from) : new FilesTransport(config.folder);
}
