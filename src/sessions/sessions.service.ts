import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { actorValues } from '../audit/audit-line.js';
import { type Change, EVERYBODY_ENDED } from '../log/change-feed.js';
import { ChangePublisher } from '../log/change-publisher.js';
import { EvictionService } from '../log/eviction.service.js';
import { type Actor, SERVICE_ACTOR } from '../common/actor.js';
import type { RevokeReason } from '../common/revoke-reason.js';
import type { PageQueryDto } from '../http/page-query.dto.js';
import { AppConfig } from '../config/app-config.js';
import { isLive } from '../database/live-session.js';
import { HotStatements, type Run } from '../database/hot-statements.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import type { Command } from '../commands/command.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Credentials } from '../users/account-statements.js';
import type { Login, Opened, Opening } from './opening.js';
import { Session, type TokenSession } from './session.entity.js';
import {
  END_EVERYBODY,
  END_SESSIONS,
  END_OF_CLIENT,
  END_OLDEST,
  NAME_SESSION,
  OF_CLIENT,
  OPEN,
} from './session-statements.js';

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

interface OpenedRow {
  readonly rotated_at: Date;
  readonly expires_at: Date;
  readonly role: string;
  readonly is_elsewhere: boolean;
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
    private readonly commands: CommandsService,
    private readonly evictions: EvictionService,
    private readonly outbox: MailOutbox,
    private readonly publisher: ChangePublisher,
    private readonly config: AppConfig,
  ) {}

  /**
   * Opens a session, provided that the account is still active and still has the password that was verified: a login
   * that overlaps with a password change or a deactivation does not survive it. Beyond the cap the oldest sessions end.
   * After a login from a new device the owner gets a mail.
   * @returns the session, or `undefined` when the account has changed or the client has ended
   */
  async open(
    user: Pick<Credentials, 'id' | 'passwordHash'>,
    { isOfKnownDevice, ...opening }: Login,
    by: Actor,
  ): Promise<TokenSession | undefined> {
    const opened = await this.statements.transaction(async ({ run }) => {
      const session = await this.openWithin(run, user, opening, by);
      const isOfNewDevice = session?.isElsewhere === true && !isOfKnownDevice;
      if (isOfNewDevice) await this.outbox.queueWithin(run, noticeOf(user.id, by));
      return session && { ...session, isOfNewDevice };
    });
    if (opened === undefined) return undefined;
    if (opened.isOfNewDevice) this.outbox.wake();
    this.publisher.sessionEvent({ kind: 'session.opened', user_id: user.id, session_id: opened.session.id });
    await this.evictions.evictBeforeAnswer(opened.changes);
    return opened.session;
  }

  /** The same within a transaction, without the mail. */
  async openWithin(
    run: Run,
    { id: userId, passwordHash }: Pick<Credentials, 'id' | 'passwordHash'>,
    { clientId, deviceName }: Opening,
    by: Actor,
  ): Promise<Opened | undefined> {
    const [id, refreshJti] = [randomUUID(), randomUUID()];
    const values = [userId, passwordHash, id, refreshJti, this.lifeSeconds, clientId, deviceName];
    const opened = [...actorValues(by), ...values];
    const service = actorValues({ ...SERVICE_ACTOR, requestId: by.requestId });
    const [row] = await run<OpenedRow>(OPEN, opened);
    if (row === undefined) return undefined;
    const beyondCap = [...service, userId, id, this.config.sessions.maxPerUser];
    const ended = await run<{ id: string }>(END_OLDEST, beyondCap);
    const { rotated_at: at, expires_at: expiresAt, role, is_elsewhere: isElsewhere } = row;
    return {
      session: { id, userId, clientId, role, refreshJti, createdAt: at, rotatedAt: at, expiresAt },
      changes: ended.map((session) => endOf({ id: session.id, user_id: userId }, 'too_many_sessions')),
      isElsewhere,
    };
  }

  /**
   * Ends sessions; those that have ended already stay as they are. Resolves after the commit, with no instance finding
   * them in the cache any more.
   * @returns how many were ended
   * @throws ProblemError 401 or 403 when the caller may not any more: its session has ended, or its role is another one
   */
  async revoke(selection: SessionSelection, reason: RevokeReason, by: Actor): Promise<number> {
    return this.commands.run(by, [selection.userId], (command) =>
      this.revokeWithin(command, selection, reason),
    );
  }

  /**
   * The same within a command that has locked the account. A trigger writes the rows of the invalidation log.
   * @returns how many were ended
   * @throws ProblemError as `revoke`
   */
  async revokeWithin(
    command: Command,
    { userId, id = null, exceptId = null }: SessionSelection,
    reason: RevokeReason,
  ): Promise<number> {
    const { ended } = await command.act<{ ended: string[] }>(END_SESSIONS, [userId, id, exceptId, reason]);
    command.changed(...ended.map((sessionId) => endOf({ id: sessionId, user_id: userId }, reason)));
    return ended.length;
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
      const values = [...actorValues(by), live.map(({ id }) => id)];
      // The caller was checked when the client ended, and may have lost its session since then.
      await this.commands.run({ ...by, sessionId: null }, userIds, async (command) => {
        const ended = await command.run<OwnedSession>(END_OF_CLIENT, values);
        command.changed(...ended.map((session) => endOf(session, 'client_ended')));
      });
    }
  }

  /**
   * Ends every session of every user, also the caller's, by one row of the invalidation log. Resolves 1.1 s after the commit at the
   * earliest, when no instance accepts any of them.
   * @returns how many were live
   * @throws ProblemError 401 or 403 when the caller may not any more
   * @see OWASP ASVS 5.0, 7.4.5
   */
  async endEverybody(by: Actor): Promise<number> {
    const act = async (command: Command) => {
      const { ended } = await command.act<{ ended: number }>(END_EVERYBODY, []);
      command.changed(EVERYBODY_ENDED);
      return ended;
    };
    return this.commands.run(by, [], act, 'everybody');
  }

  /**
   * Gives the device of a session another name; `null` removes it. It changes no verdict, so caches and the log stay as they are.
   * @returns the session, or `undefined` when it is not live or not the user's
   * @throws ProblemError 401 when the caller's session has ended
   */
  async name(userId: string, id: string, deviceName: string | null, by: Actor): Promise<Session | undefined> {
    const isNamed = await this.commands.run(by, [], async (command) => {
      const row = await command.act<{ is_named: boolean }>(NAME_SESSION, [userId, id, deviceName]);
      return row.is_named;
    });
    if (isNamed) this.publisher.sessionEvent({ kind: 'session.named', user_id: userId, session_id: id });
    return isNamed ? ((await this.sessions.findOneBy({ id })) ?? undefined) : undefined;
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

const endOf = ({ id, user_id }: OwnedSession, reason: RevokeReason): Change => ({
  kind: 'session.revoked',
  user_id,
  session_id: id,
  reason,
});

const noticeOf = (userId: string, { ip, userAgent, language }: Actor): OutgoingMail => ({
  kind: 'new_device',
  userId,
  language,
  data: { ip, user_agent: userAgent },
});
