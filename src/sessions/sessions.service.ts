import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, Repository } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { CacheInvalidationService } from '../cache/cache-invalidation.service.js';
import { RefreshNotifier } from '../cache/refresh-notifier.js';
import type { Actor } from '../common/actor.js';
import type { PageQueryDto } from '../common/page-query.dto.js';
import { AppConfig } from '../config/app-config.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { type RevokeReason, Session, type TokenSession } from './session.entity.js';

/** Which sessions to end. */
export interface SessionSelection {
  userId: string;
  /** Only this one. */
  id?: string;
  /** All but this one. */
  exceptId?: string;
}

export type Rotation =
  { outcome: 'rotated' | 'repeated'; session: TokenSession } | { outcome: 'revoked' | 'reused' | 'inactive' };

/**
 * The session and its line in the audit trail; nothing where the account has changed. The lock makes logins to one account
 * take turns until the transaction ends.
 */
const OPEN: HotStatement = {
  name: 'open_session',
  text: `
  WITH account AS (
    SELECT id FROM users WHERE id = $1 AND is_active AND password_hash = $2 FOR NO KEY UPDATE
  ), opened AS (
    INSERT INTO sessions (id, user_id, refresh_jti, rotated_at, created_at, last_used_at, expires_at, user_agent, ip)
    SELECT $3, id, $4, $5, $5, $5, $6, $7, $8 FROM account
    RETURNING id, user_id, user_agent, ip
  )
  INSERT INTO audit_events (action, user_id, session_id, actor_id, ip, user_agent)
  SELECT 'session.opened', user_id, id, $9, ip, user_agent FROM opened
  RETURNING session_id`,
};

/** The oldest live sessions beyond the cap, with their lines in the audit trail. */
const END_OLDEST: HotStatement = {
  name: 'end_oldest_sessions',
  text: `
  WITH ended AS (
    UPDATE sessions SET revoked_at = now(), revoke_reason = 'too_many_sessions'
    WHERE revoked_at IS NULL AND id IN (
      SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
      ORDER BY created_at DESC, id OFFSET $2
    )
    RETURNING id, user_id, revoke_reason
  )
  INSERT INTO audit_events (action, user_id, session_id, details)
  SELECT 'session.revoked', user_id, id, jsonb_build_object('reason', revoke_reason) FROM ended
  RETURNING session_id AS id`,
};

const ROTATE: HotStatement = {
  name: 'rotate_session',
  text: `
  UPDATE sessions
  SET refresh_jti = $3, previous_refresh_jti = refresh_jti, rotated_at = now(), last_used_at = now(),
      expires_at = least(now() + make_interval(secs => $4), created_at + make_interval(secs => $5))
  WHERE id = $1 AND refresh_jti = $2 AND revoked_at IS NULL AND expires_at > now()
    AND EXISTS (SELECT FROM users u WHERE u.id = user_id AND u.is_active)
  RETURNING user_id, rotated_at, expires_at`,
};

type RotatedRow = { user_id: string; rotated_at: Date; expires_at: Date };

/** Sessions: opened at login, rotated at refresh, ended for whatever reason. PostgreSQL is the record. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly statements: HotStatements,
    private readonly invalidation: CacheInvalidationService,
    private readonly audit: AuditService,
    private readonly notifier: RefreshNotifier,
    private readonly config: AppConfig,
  ) {}

  /**
   * Opens a session, provided that the account is still active and still has the password that was verified: a login
   * that overlaps with a password change or a deactivation does not survive it. Beyond the cap the oldest sessions end.
   * @returns the session, or `undefined` when the account has changed
   */
  async open(userId: string, passwordHash: string, by: Actor): Promise<TokenSession | undefined> {
    const session = this.newSession(userId);
    const { id, refreshJti, rotatedAt, expiresAt } = session;
    const { ip, userAgent, id: actorId } = by;
    const ended = await this.statements.transaction(async (run) => {
      const opened = [userId, passwordHash, id, refreshJti, rotatedAt, expiresAt, userAgent, ip, actorId];
      if ((await run(OPEN, opened)).length === 0) return undefined;
      const rows = await run<{ id: string }>(END_OLDEST, [userId, this.config.sessions.maxPerUser]);
      return rows.map((row) => row.id);
    });
    if (ended === undefined) return undefined;
    await this.announceEnd(userId, ended, 'too_many_sessions');
    return session;
  }

  /**
   * Exchanges a refresh token for its successor by one atomic compare-and-set (RFC 9700 §4.14.2). The immediate
   * predecessor gets the same successor again within the grace period; any other old token is taken for stolen, and its
   * session ends.
   * @param refreshJti `jti` of the token presented, whose signature and expiry were checked
   */
  async rotate(sessionId: string, refreshJti: string, by: Actor): Promise<Rotation> {
    const successorJti = randomUUID();
    const [row] = await this.statements.run<RotatedRow>(ROTATE, [
      sessionId,
      refreshJti,
      successorJti,
      this.config.tokens.refreshTtlSeconds,
      this.config.sessions.maxAgeSeconds,
    ]);
    if (row === undefined) return this.explainRefusal(sessionId, refreshJti, by);
    const { user_id: userId, rotated_at: rotatedAt, expires_at: expiresAt } = row;
    const session = { id: sessionId, userId, refreshJti: successorJti, rotatedAt, expiresAt };
    this.notifier.tell(userId, sessionId);
    return { outcome: 'rotated', session };
  }

  /**
   * Ends sessions; those that have ended already stay as they are. Resolves after the commit, with no instance finding
   * them in the cache any more.
   * @returns how many were ended
   */
  async revoke(selection: SessionSelection, reason: RevokeReason, by: Actor): Promise<number> {
    const ended = await this.dataSource.transaction((manager) =>
      this.revokeWithin(manager, selection, reason, by),
    );
    if (ended.length > 0) await this.announceEnd(selection.userId, ended, reason);
    // Another request may have ended them a moment ago, and not have told the cache yet: this answer vouches for it too.
    else await this.invalidation.vouch([selection.userId]);
    return ended.length;
  }

  /** The same within the caller's transaction, who announces the end after the commit. @returns ids of those ended */
  async revokeWithin(
    manager: EntityManager,
    selection: SessionSelection,
    reason: RevokeReason,
    by: Actor,
  ): Promise<string[]> {
    const { userId, id, exceptId } = selection;
    const query = manager
      .createQueryBuilder()
      .update(Session)
      .set({ revokedAt: () => 'now()', revokeReason: reason })
      .where('user_id = :userId AND revoked_at IS NULL AND expires_at > now()', { userId });
    if (id !== undefined) query.andWhere('id = :id', { id });
    if (exceptId !== undefined) query.andWhere('id <> :exceptId', { exceptId });
    const result = await query.returning('id').execute();
    const ended = (result.raw as { id: string }[]).map((row) => row.id);
    const subjects = ended.map((sessionId) => ({ userId, sessionId, details: { reason } }));
    await this.audit.record(manager, 'session.revoked', by, subjects);
    return ended;
  }

  async announceEnd(userId: string, sessionIds: readonly string[], reason: RevokeReason): Promise<void> {
    await this.invalidation.announce(
      sessionIds.map((id) => ({ kind: 'session.revoked' as const, user_id: userId, session_id: id, reason })),
    );
  }

  /** The user's live sessions, newest first. */
  async list(
    userId: string,
    { page, page_size }: PageQueryDto,
  ): Promise<{ total: number; sessions: Session[] }> {
    const [sessions, total] = await this.sessions
      .createQueryBuilder('session')
      .where('session.user_id = :userId AND session.revoked_at IS NULL AND session.expires_at > now()', {
        userId,
      })
      .orderBy('session.created_at', 'DESC')
      .addOrderBy('session.id')
      .skip((page - 1) * page_size)
      .take(page_size)
      .getManyAndCount();
    return { total, sessions };
  }

  /** @returns the user of a live session, or `undefined` when it is not live or there is none */
  async ownerOfLive(id: string): Promise<string | undefined> {
    const rows: { user_id: string }[] = await this.sessions.query(
      'SELECT user_id FROM sessions WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()',
      [id],
    );
    return rows[0]?.user_id;
  }

  private newSession(userId: string): TokenSession {
    const now = new Date();
    const lifeSeconds = Math.min(this.config.tokens.refreshTtlSeconds, this.config.sessions.maxAgeSeconds);
    const expiresAt = new Date(now.getTime() + lifeSeconds * 1000);
    return { id: randomUUID(), userId, refreshJti: randomUUID(), rotatedAt: now, expiresAt };
  }

  /** Why the compare-and-set found nothing. Read after it, so that a rotation that came in between is seen. */
  private async explainRefusal(sessionId: string, refreshJti: string, by: Actor): Promise<Rotation> {
    const { refreshGraceSeconds } = this.config.tokens;
    const found = await this.sessions
      .createQueryBuilder('session')
      .where('session.id = :sessionId AND session.revoked_at IS NULL AND session.expires_at > now()', {
        sessionId,
      })
      .addSelect('session.rotated_at > now() - make_interval(secs => :refreshGraceSeconds)', 'in_grace')
      .setParameters({ refreshGraceSeconds })
      .getRawAndEntities<{ in_grace: boolean }>();
    const [session] = found.entities;
    if (session === undefined) return { outcome: 'revoked' };
    if (session.refreshJti === refreshJti) return { outcome: 'inactive' };
    if (session.previousRefreshJti === refreshJti && found.raw[0]?.in_grace)
      return { outcome: 'repeated', session };
    await this.revoke({ userId: session.userId, id: sessionId }, 'refresh_token_reuse', by);
    return { outcome: 'reused' };
  }
}
