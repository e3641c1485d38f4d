import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/limits.module.js';
import { OneTimeTokensModule } from '../one-time-tokens/one-time-tokens.module.js';
import { NoticeMails } from './notice-mails.js';

/** Mails that tell the owner of an account what happened to it. */
@Module({ imports: [LimitsModule, OneTimeTokensModule], providers: [NoticeMails] })
export class NoticesModule {}
