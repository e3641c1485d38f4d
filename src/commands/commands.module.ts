import { Module } from '@nestjs/common';
import { CommandsService } from './commands.service.js';

/** Changes on behalf of a caller, each in one transaction with its lines of the audit trail. */
@Module({ providers: [CommandsService], exports: [CommandsService] })
export class CommandsModule {}
