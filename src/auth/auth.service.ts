import { Injectable, Logger } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { BlacklistService } from '../cache/blacklist.service.js';
import { Standing } from '../standing/standing.js';
import type { Actor } from '../common/actor.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import { AppConfig } from '../config/app-config.js';
import type { Principal } from '../common/principal.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import { SessionRotationService } from '../sessions/session-rotation.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { CommandsService } from '../commands/commands.service.js';
import { hasPassword, type PasswordCredentials } from '../users/account-statements.js';
import { DummyHashes } from '../users/dummy-hashes.service.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { UsersService } from '../users/users.service.js';
import { AttemptLimits } from './attempt-limits.js';
import { AuthMetrics } from './auth-metrics.js';
import type { TokensDto } from './auth.dto.js';
import { CurrentPassword } from './current-password.service.js';
import { DeviceTokens } from './device-tokens.js';
import { type OpenedSession, SessionTokens } from './session-tokens.service.js';
import { TokenService } from './token.service.js';

/** The limit of password checks in one login. A check is repeated when the account changed during the last one. */
const MAX_LOGIN_ATTEMPTS = 3;

export interface LoginOptions {
  /** The OAuth client that logs the user in; `null` for a login without one. */
  readonly clientId?: string | null;
  /** Of an earlier login, see `DeviceTokens`. */
  readonly deviceToken?: string | undefined;
  /** What the user calls the device. */
  readonly deviceName?: string | undefined;
}

export interface ExchangeOptions {
  /** The OAuth client that presents the token; `null` for a request without one. */
  readonly clientId?: string | null;
  /** Whether the token came in the cookie of a browser. */
  readonly isByCookie?: boolean;
}

/** Log in, refresh, log out. */
@Injectable()
export class AuthService {
  private readonly logger = new Logger(AuthService.name);

  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly dummyHashes: DummyHashes,
    private readonly passwords: PasswordPolicy,
    private readonly currentPassword: CurrentPassword,
    private readonly commands: CommandsService,
    private readonly sessions: SessionsService,
    private readonly rotations: SessionRotationService,
    private readonly tokens: TokenService,
    private readonly sessionTokens: SessionTokens,
    private readonly devices: DeviceTokens,
    private readonly blacklist: BlacklistService,
    private readonly standing: Standing,
    private readonly limits: AttemptLimits,
    private readonly audit: AuditService,
    private readonly metrics: AuthMetrics,
    private readonly config: AppConfig,
  ) {}

  /**
   * Opens a session. The password is checked first, and the check takes as long for an unknown e-mail address: neither the
   * answer nor its time reveals which accounts exist. When the account changes during the login, it is checked again.
   * @throws ProblemError 401 `invalid_credentials`, 403 `user_inactive` or `email_not_verified`, 429
   */
  async login(
    email: string,
    password: string,
    by: Actor,
    options: LoginOptions = {},
  ): Promise<OpenedSession> {
    return this.metrics.login(() => this.openSession(email, password, by, options));
  }

  private async openSession(
    email: string,
    password: string,
    by: Actor,
    { clientId = null, deviceToken, deviceName }: LoginOptions,
  ): Promise<OpenedSession> {
    for (let attempt = 1; ; attempt++) {
      const { user, isOfKnownDevice } = await this.authenticate(email, password, by, deviceToken);
      const opening = { clientId, deviceName: deviceName ?? null, isOfKnownDevice };
      const session = await this.sessions.open(user, opening, by);
      if (session !== undefined) {
        const hash = await this.renewHash(user, password, by);
        return this.sessionTokens.ofOpened(session, email, hash, by);
      }
      if (attempt < MAX_LOGIN_ATTEMPTS) continue;
      await this.noteFailure(user.id, 'account_changed', by);
      throw new ProblemError('invalid_credentials');
    }
  }

  /**
   * Exchanges a refresh token (RFC 6749 §6). See `SessionRotationService.rotate`.
   * @throws ProblemError 401 `token_invalid`, also for another client's token, `token_expired` or `token_revoked`, 429
   */
  async refresh(
    refreshToken: string,
    idempotencyKey: string | undefined,
    by: Actor,
    { clientId = null, isByCookie = false }: ExchangeOptions = {},
  ): Promise<TokensDto> {
    const { sid, jti } = this.tokens.verifyRefresh(refreshToken);
    await this.limits.refresh(sid, clientId, by.redisWaits);
    const presented = { sessionId: sid, refreshJti: jti, idempotencyKey, clientId, isByCookie };
    const rotation = await this.rotations.rotate(presented, by);
    this.metrics.refreshed(rotation.outcome);
    if (rotation.outcome === 'granted') return this.sessionTokens.issue(rotation.session, rotation.at);
    if (rotation.outcome === 'foreign') throw Problems.tokenInvalid();
    throw rotation.outcome === 'expired' ? Problems.tokenExpired() : Problems.tokenRevoked();
  }

  /** Revokes the session of the access token. Once the promise resolves, every instance refuses both tokens. */
  async logout(principal: Principal, by: Actor): Promise<void> {
    // Asked before the commit: a history that is followed after it may lack the commit.
    const { history } = this.standing;
    await this.sessions.revoke({ userId: principal.id, id: principal.sessionId }, 'logout', by);
    // The session is already revoked in PostgreSQL. The blacklist entry saves later requests the query.
    this.blacklist.add(principal.tokenId, principal.tokenExpiresAt, history);
  }

  /**
   * Changes the password and revokes every other session of the account, in one transaction. Of concurrent changes, one
   * succeeds.
   * @throws ProblemError 401 when the session was revoked during the request, 403 `wrong_password`, 422 for a next password
   *   that is not accepted, 429
   */
  async changePassword(principal: Principal, current: string, next: string, by: Actor): Promise<void> {
    const { id: userId, email, fullName } = await this.users.get(principal.id);
    await this.passwords.demand('new_password', next, { email, fullName }, by);
    const verifiedHash = await this.currentPassword.demand(
      principal,
      current,
      'user.password_change_failed',
      by,
    );
    const nextHash = await this.hasher.hash(next, by.ip);
    const others = { userId, exceptId: principal.sessionId };
    const isSet = await this.commands.run(by, [userId], async (command) => {
      if (!(await this.users.setPassword(command, { userId, verifiedHash, nextHash }))) return false;
      await this.sessions.revokeWithin(command, others, 'password_changed');
      await command.mail({ kind: 'password_changed', userId, language: by.language });
      return true;
    });
    if (!isSet)
      await this.currentPassword.refuse(principal, 'user.password_change_failed', 'account_changed', by);
  }

  /** @throws ProblemError 401 `invalid_credentials`, 403 `user_inactive` or `email_not_verified`, 429 */
  private async authenticate(
    email: string,
    password: string,
    by: Actor,
    deviceToken: string | undefined,
  ): Promise<{ user: PasswordCredentials; isOfKnownDevice: boolean }> {
    const device = this.devices.deviceOf(email, deviceToken);
    // Without a device token the limits are asked before the account is read.
    const known = device && (await this.users.findCredentials(email));
    const deviceId = known && this.devices.isOfPassword(device, known.passwordHash) ? device.id : undefined;
    const check = async () => {
      const found = known ?? (await this.users.findCredentials(email));
      const dummy = this.dummyHashes.of(email);
      const isRight = await this.hasher.verify(found?.passwordHash, password, by.ip, dummy);
      return { user: found, isRight };
    };
    const { user, isRight } = await this.limits.login({ email, ip: by.ip, deviceId }, check, by.redisWaits);
    if (!isRight || !hasPassword(user)) {
      await this.noteFailure(user?.id, 'wrong_credentials', by);
      throw new ProblemError('invalid_credentials');
    }
    if (!user.isActive) return this.refuseLogin(user.id, 'user_inactive', by);
    if (this.config.requireVerifiedEmail && !user.emailVerified)
      return this.refuseLogin(user.id, 'email_not_verified', by);
    return { user, isOfKnownDevice: deviceId !== undefined };
  }

  private async refuseLogin(
    userId: string,
    code: 'user_inactive' | 'email_not_verified',
    by: Actor,
  ): Promise<never> {
    await this.noteFailure(userId, code, by);
    throw new ProblemError(code);
  }

  private async noteFailure(userId: string | undefined, reason: string, by: Actor): Promise<void> {
    await this.audit.note('session.login_failed', by, { userId, details: { reason } });
  }

  /**
   * Hashes the password anew when the stored hash is not as a new one would be. It runs after the session was
   * opened: a failure does not fail the login, and the next login tries again.
   * @returns the hash in force
   */
  private async renewHash(user: PasswordCredentials, password: string, by: Actor): Promise<string> {
    try {
      const isOutdated = await this.hasher.mustRenew(user.passwordHash, password, by.ip);
      return isOutdated ? await this.users.rehash(user, password, by) : user.passwordHash;
    } catch (error) {
      if (!(error instanceof ProblemError) && !isDatabaseOutage(error)) {
        const msg = `A password hash was not renewed: ${(error as Error).message}`;
        this.logger.error({ msg, request_id: by.requestId, user_id: user.id });
      }
      return user.passwordHash;
    }
  }
}
