import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditController } from './audit.controller.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditLogService } from './audit-log.service.js';
import { AuditOutbox } from './audit-outbox.js';
import { AuditRetentionService } from './audit-retention.service.js';
import { AuditService } from './audit.service.js';

/** The audit trail. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEvent])],
  controllers: [AuditController],
  providers: [AuditService, AuditLogService, AuditOutbox, AuditRetentionService],
  exports: [AuditService],
})
export class AuditModule {}
