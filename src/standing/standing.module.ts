import { Global, Module } from '@nestjs/common';
import { Standing } from './standing.js';

/** What this instance may do, for all who ask before they serve. */
@Global()
@Module({ providers: [Standing], exports: [Standing] })
export class StandingModule {}
