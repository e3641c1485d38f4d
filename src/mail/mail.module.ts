import { Global, Module } from '@nestjs/common';
import { MailKinds } from './mail-kinds.js';
import { MailOutbox } from './mail-outbox.js';

/** Mails: their outbox and their kinds. */
@Global()
@Module({ providers: [MailOutbox, MailKinds], exports: [MailOutbox, MailKinds] })
export class MailModule {}
