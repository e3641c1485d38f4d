import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountDeletedMail } from './account-deleted.mail.js';
import { DeletionScheduledMail } from './deletion-scheduled.mail.js';
import { DueErasuresService } from './due-erasures.service.js';
import './erasure-audit-actions.js';
import { ErasureController } from './erasure.controller.js';
import { ErasureMetrics } from './erasure-metrics.js';
import { ErasureService } from './erasure.service.js';
import { PersonalDataController } from './personal-data.controller.js';
import { PersonalDataService } from './personal-data.service.js';

/** Erasure of accounts, and what a person gets of the own data. */
@Module({
  imports: [AuthModule, UsersModule],
  controllers: [ErasureController, PersonalDataController],
  providers: [
    ErasureService,
    ErasureMetrics,
    DueErasuresService,
    DeletionScheduledMail,
    AccountDeletedMail,
    PersonalDataService,
  ],
})
export class ErasureModule {}
