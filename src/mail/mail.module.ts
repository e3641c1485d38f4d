import { Global, Module } from '@nestjs/common';
import { LetterRenderer } from './letter-renderer.js';
import { MailCatalogs } from './mail-catalogs.js';
import { MailCleanupService } from './mail-cleanup.service.js';
import { MailKinds } from './mail-kinds.js';
import { MailOutbox } from './mail-outbox.js';
import { MailQueue } from './mail-queue.js';
import { MailSampler } from './mail-sampler.js';
import { MailSenderService } from './mail-sender.service.js';

/** Mails: their outbox, their kinds, and the sender. It is global: most modules cause mails. */
@Global()
@Module({
  providers: [
    MailOutbox,
    MailKinds,
    MailCatalogs,
    LetterRenderer,
    MailQueue,
    MailSampler,
    MailSenderService,
    MailCleanupService,
  ],
  exports: [MailOutbox, MailKinds, MailCatalogs, MailSampler],
})
export class MailModule {}
