import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ChangePublisher } from '../log/change-publisher.js';
import type { AuditAction } from '../audit/audit-action.js';
import { AuditService } from '../audit/audit.service.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import { isSameNetwork } from '../common/network.js';
import { AppConfig } from '../config/app-config.js';
import { HotStatements } from '../database/hot-statements.js';
import type { TokenSession } from './session.entity.js';
import { EXPLAIN_REFUSAL, ROTATE } from './session-statements.js';
import { type SessionSelection, SessionsService } from './sessions.service.js';

/** A refresh token that was presented, whose signature and expiry were checked. */
export interface PresentedRefreshToken {
  sessionId: string;
  refreshJti: string;
  /** `Idempotency-Key` of the request. */
  idempotencyKey: string | undefined;
  /** The OAuth client that presents it; `null` for a request without one. */
  clientId: string | null;
  /** Whether it came in the cookie that all tabs of a browser share, and its successor goes there. */
  isByCookie: boolean;
}

export type Rotation =
  /** The session has this refresh token now. `at` is the database's time of the request. */
  | { outcome: 'granted'; session: TokenSession; at: Date }
  /** `foreign`: the session is another client's. */
  | { outcome: 'revoked' | 'reused' | 'expired' | 'foreign' };

interface RotatedRow {
  user_id: string;
  role: string;
  created_at: Date;
  rotated_at: Date;
  expires_at: Date;
}

interface RefusedRow extends RotatedRow {
  refresh_jti: string;
  rotated_ip: string | null;
  rotated_user_agent: string | null;
  at: Date;
  is_own: boolean;
  is_current: boolean;
  is_predecessor: boolean;
  has_key: boolean;
  has_same_key: boolean;
  was_by_cookie: boolean;
  is_in_grace: boolean;
  is_too_old: boolean;
}

/** Exchanges refresh tokens (RFC 9700 §4.14.2). */
@Injectable()
export class SessionRotationService {
  constructor(
    private readonly statements: HotStatements,
    private readonly sessions: SessionsService,
    private readonly commands: CommandsService,
    private readonly publisher: ChangePublisher,
    private readonly audit: AuditService,
    private readonly config: AppConfig,
  ) {}

  /**
   * Exchanges a refresh token for its successor by one atomic compare-and-set. The client that rotated the immediate
   * predecessor may repeat its request and gets the same successor; any other old token is taken for stolen, and its
   * session ends. Another client's token is refused, whatever it is, and its session goes on.
   */
  async rotate(presented: PresentedRefreshToken, by: Actor): Promise<Rotation> {
    const { sessionId, refreshJti, clientId } = presented;
    const successorJti = randomUUID();
    const [row] = await this.statements.run<RotatedRow>(ROTATE, [
      sessionId,
      refreshJti,
      successorJti,
      this.config.tokens.refreshTtlSeconds,
      this.config.sessions.maxAgeSeconds,
      digest(presented),
      by.ip,
      by.userAgent,
      clientId,
    ]);
    if (row === undefined) return this.explainRefusal(presented, by);
    this.publisher.sessionEvent({ kind: 'session.refreshed', user_id: row.user_id, session_id: sessionId });
    return { outcome: 'granted', session: sessionOf(presented, successorJti, row), at: row.rotated_at };
  }

  /** Why the compare-and-set found nothing. Read after it, so that a rotation that came in between is seen. */
  private async explainRefusal(presented: PresentedRefreshToken, by: Actor): Promise<Rotation> {
    const { sessionId, refreshJti, clientId } = presented;
    const [row] = await this.statements.run<RefusedRow>(EXPLAIN_REFUSAL, [
      sessionId,
      refreshJti,
      digest(presented),
      this.config.tokens.refreshGraceSeconds,
      this.config.sessions.maxAgeSeconds,
      clientId,
    ]);
    if (row === undefined) return { outcome: 'revoked' };
    if (!row.is_own) {
      await this.note('session.refresh_refused', row.user_id, presented, by);
      return { outcome: 'foreign' };
    }
    if (!row.is_current && !isRepetition(row, presented, by)) {
      await this.endReused({ userId: row.user_id, id: sessionId }, by);
      return { outcome: 'reused' };
    }
    if (row.is_too_old) return { outcome: 'expired' };
    // It was live and current, but not for the compare-and-set a moment before.
    if (row.is_current) return { outcome: 'revoked' };
    return this.repeat(presented, row, by);
  }

  /** The owner gets a mail, once for a session. */
  private async endReused(selection: SessionSelection, by: Actor): Promise<void> {
    const { userId } = selection;
    const kind = 'refresh_token_reuse';
    await this.commands.run(by, [userId], async (command) => {
      const ended = await this.sessions.revokeWithin(command, selection, kind);
      if (ended > 0) await command.mail({ kind, userId, language: by.language });
    });
  }

  private async repeat(presented: PresentedRefreshToken, row: RefusedRow, by: Actor): Promise<Rotation> {
    const kind = 'session.refresh_repeated';
    await this.note(kind, row.user_id, presented, by);
    this.publisher.sessionEvent({ kind, user_id: row.user_id, session_id: presented.sessionId });
    return { outcome: 'granted', session: sessionOf(presented, row.refresh_jti, row), at: row.at };
  }

  private async note(
    action: AuditAction,
    userId: string,
    presented: PresentedRefreshToken,
    by: Actor,
  ): Promise<void> {
    const { sessionId, clientId } = presented;
    const details: Record<string, string> = clientId === null ? {} : { client_id: clientId };
    await this.audit.note(action, by, { userId, sessionId, details });
  }
}

/**
 * Whether this is the client of the latest rotation, asking once more: by the key of the rotation, however late; without
 * one, within the grace period, from the same network and with the same user agent. Tabs share a cookie without a key in common: pages of
 * several origins cannot agree on one.
 */
function isRepetition(
  row: RefusedRow,
  { idempotencyKey, isByCookie }: PresentedRefreshToken,
  by: Actor,
): boolean {
  if (!row.is_predecessor) return false;
  if (row.has_same_key) return true;
  const isWithoutKey = !row.has_key && idempotencyKey === undefined;
  const isSameClient = row.rotated_user_agent === by.userAgent && isSameNetwork(row.rotated_ip, by.ip);
  const needsNoKey = isWithoutKey || (row.was_by_cookie && isByCookie);
  return needsNoKey && row.is_in_grace && isSameClient;
}

/** Of a key only this is kept: the SHA-256, with one more byte where the token was in a cookie (`was_by_cookie`). */
function digest({ idempotencyKey, isByCookie }: PresentedRefreshToken): Buffer | null {
  if (idempotencyKey === undefined) return null;
  const hash = createHash('sha256').update(idempotencyKey).digest();
  return isByCookie ? Buffer.concat([hash, Buffer.of(1)]) : hash;
}

function sessionOf(
  { sessionId, clientId }: PresentedRefreshToken,
  refreshJti: string,
  row: RotatedRow,
): TokenSession {
  return {
    id: sessionId,
    clientId,
    userId: row.user_id,
    role: row.role,
    refreshJti,
    createdAt: row.created_at,
    rotatedAt: row.rotated_at,
    expiresAt: row.expires_at,
  };
}
