import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { Actor } from '../common/actor.js';
import { type HotStatement, HotStatements, type Run } from '../database/hot-statements.js';
import type { AuditAction } from './audit-action.js';
import { AuditEvent } from './audit-event.entity.js';
import { actorValues, auditLine } from './audit-line.js';

const NOTE: HotStatement = {
  name: 'note_audit_event',
  text: auditLine({ of: '$5' }, '(SELECT) AS once', { user: '$6', session: '$7', details: '$8' }),
};

export interface AuditSubject {
  userId?: string | null | undefined;
  sessionId?: string | null | undefined;
  /** Facts about the action, such as the old and the new role; never a secret. */
  details?: Record<string, string>;
}

export interface AuditFilter {
  userId?: string | undefined;
  actorId?: string | undefined;
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
  constructor(
    @InjectRepository(AuditEvent) private readonly events: Repository<AuditEvent>,
    private readonly statements: HotStatements,
  ) {}

  /** Writes an event without a change, such as a failed login. @throws Error of the driver */
  note(action: AuditAction, by: Actor, subject: AuditSubject): Promise<void> {
    return noteWithin((statement, values) => this.statements.run(statement, values), action, by, subject);
  }

  /** A page, newest first. `next` is the `before` of the next page, `null` on the last. */
  async page(filter: AuditFilter): Promise<{ events: AuditEvent[]; next: string | null }> {
    // One event more than the limit shows that there is a next page.
    const found = await this.find({ ...filter, limit: filter.limit + 1 });
    const events = found.slice(0, filter.limit);
    return { events, next: found.length > filter.limit ? (events.at(-1)?.id ?? null) : null };
  }

  private async find(filter: AuditFilter): Promise<AuditEvent[]> {
    const { userId, actorId, action, from, to, before, limit } = filter;
    const query = this.events.createQueryBuilder('event').orderBy('event.id', 'DESC').take(limit);
    if (userId !== undefined) query.andWhere('event.user_id = :userId', { userId });
    if (actorId !== undefined) query.andWhere('event.actor_id = :actorId', { actorId });
    if (action !== undefined) query.andWhere('event.action = :action', { action });
    if (from !== undefined) query.andWhere('event.at >= :from', { from });
    if (to !== undefined) query.andWhere('event.at < :to', { to });
    if (before !== undefined) query.andWhere('event.id < :before', { before });
    return query.getMany();
  }
}

/** Writes an event by statements that run elsewhere, such as those of a transaction. */
export async function noteWithin(
  run: Run,
  action: AuditAction,
  by: Actor,
  { userId = null, sessionId = null, details = {} }: AuditSubject,
): Promise<void> {
  await run(NOTE, [...actorValues(by), action, userId, sessionId, details]);
}
