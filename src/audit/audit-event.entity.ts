import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A deactivation ends the user's sessions; its one line stands for theirs too. */
export const AUDIT_ACTIONS = [
  'user.registered',
  'user.password_changed',
  'user.role_changed',
  'user.activated',
  'user.deactivated',
  'session.opened',
  'session.login_failed',
  'session.revoked',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One line of the audit trail. It holds no secret, and no address that somebody typed for an account that is none. */
@Entity('audit_events')
export class AuditEvent {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column({ type: 'timestamptz', insert: false })
  at: Date;

  @Column('text')
  action: AuditAction;

  /** To whom it happened; `null` when no account was meant. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  /** Who did it; `null` for callers without a token and for the service itself. */
  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId: string | null;

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId: string | null;

  @Column('text', { nullable: true })
  ip: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column('jsonb')
  details: Record<string, string>;
}
