import { Module } from '@nestjs/common';
import { MailKinds } from './mail-kinds.js';
import { MailOutbox } from './mail-outbox.js';

@Module({ providers: [MailOutbox, MailKinds], exports: [MailOutbox, MailKinds] })
export class MailModule {}
