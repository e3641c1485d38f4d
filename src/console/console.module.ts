import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { ConsoleController } from './console.controller.js';
import { ConsoleFiles } from './console-files.js';

/** The pages `/account` and `/admin`. They use the API as any client does. */
@Module({ imports: [MailModule], controllers: [ConsoleController], providers: [ConsoleFiles] })
export class ConsoleModule {}
