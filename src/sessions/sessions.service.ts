import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { EvictionService } from '../log/eviction.service.js';
import type { Actor } from '../common/actor.js';
import type { Role } from '../common/role.js';
import type { PageQueryDto } from '../http/page-query.dto.js';
import { AppConfig } from '../config/app-config.js';
import { isLive } from '../database/live-session.js';
import { HotStatements, type Run } from '../database/hot-statements.js';
import {
  AccountCommands,
  type CallerRow,
  callerValues,
  demandPermitted,
} from '../users/account-commands.service.js';
import type { Credentials } from '../users/account-statements.js';
import { type RevokeReason, Session, type TokenSession } from './session.entity.js';
import { END, END_OF_CLIENT, END_OLDEST, OF_CLIENT, OPEN } from './session-statements.js';

/** A transaction ends so many sessions of a client: it stays well within the time limit of a statement. */
const SESSIONS_PER_TRANSACTION = 500;

/** Which sessions to end. */
export interface SessionSelection {
  userId: string;
  /** Only this one. */
  id?: string | null;
  /** All but this one. */
  exceptId?: string | null;
}

/** A session, and whose it is. */
interface OwnedSession {
  readonly id: string;
  readonly user_id: string;
}

/** Sessions: opened at login, ended for whatever reason. PostgreSQL is the record. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly statements: HotStatements,
    private readonly commands: AccountCommands,
    private readonly invalidation: EvictionService,
    private readonly config: AppConfig,
  ) {}

  /**
   * Opens a session, provided that the account is still active and still has the password that was verified: a login
   * that overlaps with a password change or a deactivation does not survive it. Beyond the cap the oldest sessions end.
   * @param clientId the OAuth client that logs the user in; `null` for a login without one
   * @returns the session, or `undefined` when the account has changed or the client has ended
   */
  async open(
    { id: userId, passwordHash }: Pick<Credentials, 'id' | 'passwordHash'>,
    clientId: string | null,
    by: Actor,
  ): Promise<TokenSession | undefined> {
    const [id, refreshJti] = [randomUUID(), randomUUID()];
    const { userAgent, ip, requestId } = by;
    const origin = [userAgent, ip, by.id, clientId, requestId];
    const opened = [userId, passwordHash, id, refreshJti, this.lifeSeconds, ...origin];
    const result = await this.statements.transaction(async (run) => {
      const [row] = await run<{ rotated_at: Date; expires_at: Date; role: Role }>(OPEN, opened);
      if (row === undefined) return undefined;
      const ended = await run<{ id: string }>(END_OLDEST, [
        userId,
        id,
        this.config.sessions.maxPerUser,
        requestId,
      ]);
      return { row, ended: ended.map((session) => session.id) };
    });
    if (result === undefined) return undefined;
    await this.applyEnd(userId, result.ended, 'too_many_sessions');
    const { rotated_at: openedAt, expires_at: expiresAt, role } = result.row;
    return { id, userId, clientId, role, refreshJti, createdAt: openedAt, rotatedAt: openedAt, expiresAt };
  }

  /**
   * Ends sessions; those that have ended already stay as they are. Resolves after the commit, with no instance finding
   * them in the cache any more.
   * @returns how many were ended
   * @throws ProblemError 401 or 403 when the caller may not any more: its session has ended, or its role is another one
   */
  async revoke(selection: SessionSelection, reason: RevokeReason, by: Actor): Promise<number> {
    const { userId } = selection;
    const ended = await this.commands.run(by, [userId], (run) =>
      this.revokeWithin(run, selection, reason, by),
    );
    if (ended.length > 0) await this.applyEnd(userId, ended, reason);
    // Another request may have ended them first, and not have deleted the cache entry yet.
    else await this.invalidation.evictOrWait([userId]);
    return ended.length;
  }

  /**
   * The same within the caller's command, which has locked the account. The caller awaits `applyEnd` after the commit. A trigger writes the row of the
   * invalidation log.
   * @returns ids of those ended
   */
  async revokeWithin(
    run: Run,
    { userId, id = null, exceptId = null }: SessionSelection,
    reason: RevokeReason,
    by: Actor,
  ): Promise<string[]> {
    const values = [...callerValues(by), userId, id, exceptId, reason, by.ip, by.userAgent, by.requestId];
    const [row] = await run<CallerRow & { ended: string[] }>(END, values);
    demandPermitted(by, row);
    return row?.ended ?? [];
  }

  /** Deletes the cache entries of ended sessions; to be awaited between the commit and the answer. */
  async applyEnd(userId: string, sessionIds: readonly string[], reason: RevokeReason): Promise<void> {
    await this.invalidation.evictBeforeAnswer(
      sessionIds.map((id) => ({ kind: 'session.revoked' as const, user_id: userId, session_id: id, reason })),
    );
  }

  /**
   * Ends every session of an OAuth client, in several transactions. The client must not be able to open another one meanwhile.
   * @throws Error of the driver; then some sessions may go on, and the call can be repeated
   */
  async revokeOfClient(clientId: string, by: Actor): Promise<void> {
    for (;;) {
      const live = await this.statements.run<OwnedSession>(OF_CLIENT, [clientId, SESSIONS_PER_TRANSACTION]);
      if (live.length === 0) return;
      const userIds = live.map((session) => session.user_id);
      const values = [live.map(({ id }) => id), by.id, by.ip, by.userAgent, by.requestId];
      const ended = await this.commands.run(by, userIds, (run) => run<OwnedSession>(END_OF_CLIENT, values));
      await this.invalidation.evictBeforeAnswer(
        ended.map(({ id, user_id }) => ({
          kind: 'session.revoked' as const,
          user_id,
          session_id: id,
          reason: 'client_ended' satisfies RevokeReason,
        })),
      );
    }
  }

  /** The user's live sessions, newest first. */
  async list(
    userId: string,
    { page, page_size }: PageQueryDto,
  ): Promise<{ total: number; sessions: Session[] }> {
    const [sessions, total] = await this.sessions
      .createQueryBuilder('session')
      .where(`session.user_id = :userId AND ${isLive('session')}`, { userId })
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
      `SELECT user_id FROM sessions WHERE id = $1 AND ${isLive('sessions')}`,
      [id],
    );
    return rows[0]?.user_id;
  }

  /** Of a new session, before its first refresh. */
  private get lifeSeconds(): number {
    return Math.min(this.config.tokens.refreshTtlSeconds, this.config.sessions.maxAgeSeconds);
  }
}
