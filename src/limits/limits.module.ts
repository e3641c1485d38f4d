import { Module } from '@nestjs/common';
import { LimitCleanupService } from './limit-cleanup.service.js';
import { Limiters } from './limiters.js';

/** Limits on attempts, shared by all instances. */
@Module({ providers: [Limiters, LimitCleanupService], exports: [Limiters] })
export class LimitsModule {}
