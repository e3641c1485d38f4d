import { Module } from '@nestjs/common';
import { OneTimeTokenCleanupService } from './one-time-token-cleanup.service.js';
import { OneTimeTokens } from './one-time-tokens.service.js';

@Module({ providers: [OneTimeTokens, OneTimeTokenCleanupService], exports: [OneTimeTokens] })
export class OneTimeTokensModule {}
