import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import type { Actor } from '../common/actor.js';
import { type AuditAction, AuditEvent } from './audit-event.entity.js';

export interface AuditSubject {
  userId?: string | undefined;
  sessionId?: string | undefined;
  /** Facts that explain the action, such as the old and the new role; never a secret. */
  details?: Record<string, string>;
}

export interface AuditFilter {
  userId?: string | undefined;
  action?: AuditAction | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  /** Only events older than this id: the last one of the page before. */
  before?: string | undefined;
  limit: number;
}

/** The append-only record of what happened to whom, by whom, from where. */
@Injectable()
export class AuditService {
  constructor(@InjectRepository(AuditEvent) private readonly events: Repository<AuditEvent>) {}

  /** Writes within the transaction of the change, so that there is no change without its line and no line without it. */
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
      })),
    );
  }

  /** Writes what changed nothing else, such as a failed login. */
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
