import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import type { Actor } from '../common/actor.js';
import type { AuditAction } from './audit-action.js';
import { AuditEvent } from './audit-event.entity.js';

export interface AuditSubject {
  userId?: string | undefined;
  sessionId?: string | undefined;
  /** Facts about the action, such as the old and the new role; never a secret. */
  details?: Record<string, string>;
}

export interface AuditFilter {
  userId?: string | undefined;
  action?: AuditAction | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  /** Only events before this id, which is that of the last event of the previous page. */
  before?: string | undefined;
  limit: number;
}

/** The append-only audit trail: who did what to which account, and from which address. */
@Injectable()
export class AuditService {
  constructor(@InjectRepository(AuditEvent) private readonly events: Repository<AuditEvent>) {}

  /** Writes the events within the transaction of the change: both are committed, or neither. */
  async record(
    manager: EntityManager,
    action: AuditAction,
    by: Actor,
    subjects: AuditSubject[],
  ): Promise<void> {
    if (subjects.length === 0) return;
    await manager.insert(
      AuditEvent,
      subjects.map(({ userId = null, sessionId = null, details = {} }) => ({
        action,
        userId,
        sessionId,
        details,
        actorId: by.id,
        ip: by.ip,
        userAgent: by.userAgent,
        requestId: by.requestId,
      })),
    );
  }

  /** Writes an event without a change, such as a failed login. */
  async note(action: AuditAction, by: Actor, subject: AuditSubject): Promise<void> {
    await this.record(this.events.manager, action, by, [subject]);
  }

  /** Newest first. */
  async find({ userId, action, from, to, before, limit }: AuditFilter): Promise<AuditEvent[]> {
    const query = this.events.createQueryBuilder('event').orderBy('event.id', 'DESC').take(limit);
    if (userId !== undefined) query.andWhere('event.user_id = :userId', { userId });
    if (action !== undefined) query.andWhere('event.action = :action', { action });
    if (from !== undefined) query.andWhere('event.at >= :from', { from });
    if (to !== undefined) query.andWhere('event.at < :to', { to });
    if (before !== undefined) query.andWhere('event.id < :before', { before });
    return query.getMany();
  }
}
