import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { CommandsService } from './commands.service.js';

/** Changes on behalf of a caller, each in one transaction with its lines of the audit trail. */
@Module({ imports: [MailModule], providers: [CommandsService], exports: [CommandsService] })
export class CommandsModule {}
