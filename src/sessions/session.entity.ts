import type { RevokeReason } from '../common/revoke-reason.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One login on one device. This row, not any token, says whether it goes on. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  /** `jti` of the one refresh token that is good now. */
  @Column('uuid', { name: 'refresh_jti' })
  refreshJti: string;

  /** `jti` of the refresh token before it, which the client that rotated it may present again. */
  @Column('uuid', { name: 'previous_refresh_jti', nullable: true })
  previousRefreshJti: string | null;

  @Column('timestamptz', { name: 'rotated_at' })
  rotatedAt: Date;

  /** SHA-256 of the `Idempotency-Key` of the latest rotation, if it had one. */
  @Column('bytea', { name: 'rotation_key', nullable: true })
  rotationKey: Buffer | null;

  /** Who made the latest rotation. */
  @Column('text', { name: 'rotated_ip', nullable: true })
  rotatedIp: string | null;

  @Column('text', { name: 'rotated_user_agent', nullable: true })
  rotatedUserAgent: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  @Column('text', { name: 'revoke_reason', nullable: true })
  revokeReason: RevokeReason | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column('text', { nullable: true })
  ip: string | null;

  /** What the user calls the device. */
  @Column('text', { name: 'device_name', nullable: true })
  deviceName: string | null;

  /** The OAuth client that opened it; `null` for a login without one. */
  @Column('text', { name: 'client_id', nullable: true })
  clientId: string | null;
}

/** What tokens are signed from. */
export interface TokenSession extends Pick<
  Session,
  'id' | 'userId' | 'clientId' | 'refreshJti' | 'createdAt' | 'rotatedAt' | 'expiresAt'
> {
  /** The user's role when the tokens are issued. */
  readonly role: string;
}
