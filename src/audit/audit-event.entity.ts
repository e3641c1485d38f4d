import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditAction } from './audit-action.js';

/** One event of the audit trail. It contains no secret, and no e-mail address of a login attempt without an account. */
@Entity('audit_events')
export class AuditEvent {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column({ type: 'timestamptz', insert: false })
  at: Date;

  @Column('text')
  action: AuditAction;

  /** The account that the event concerns; `null` when there is none. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  /** The account of the caller; `null` for callers without a token and for the service itself. */
  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId: string | null;

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId: string | null;

  @Column('text', { nullable: true })
  ip: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  /** Of the log lines of the request; `null` for the service itself. */
  @Column('text', { name: 'request_id', nullable: true })
  requestId: string | null;

  @Column('jsonb')
  details: Record<string, string>;
}
