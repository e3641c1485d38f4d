import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { BlacklistService } from '../cache/blacklist.service.js';
import { ignoreOutage } from '../cache/ignore-outage.js';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { ProblemError, Problems } from '../common/problem.error.js';
import { LiveUserReader } from '../sessions/live-user.reader.js';
import type { TokenSession } from '../sessions/session.entity.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { PasswordHasher } from '../users/password-hasher.service.js';
import type { User } from '../users/user.entity.js';
import { type Credentials, UsersService } from '../users/users.service.js';
import type { RegisterDto, TokensDto } from './auth.dto.js';
import { LoginThrottle } from './login-throttle.service.js';
import { TokenService } from './token.service.js';

const wrongCredentials = () =>
  new ProblemError({
    status: 401,
    code: 'invalid_credentials',
    detail: 'Incorrect email or password',
    headers: { 'www-authenticate': 'Bearer' },
  });
const inactive = () => new ProblemError({ status: 403, code: 'user_inactive', detail: 'Inactive user' });

/** A UUID's bits in 22 characters: most of what a revoked token costs on Redis is its key. */
const newTokenId = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');

/** Register, log in, refresh, log out. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly reader: LiveUserReader,
    private readonly tokens: TokenService,
    private readonly blacklist: BlacklistService,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** @throws ProblemError 403 for any role but `student`, 409 `email_taken` */
  async register({ email, password, full_name, role = 'student' }: RegisterDto, by: Actor): Promise<User> {
    if (role !== 'student') throw Problems.forbidden('Only an admin grants this role');
    return this.users.create({ email, password, fullName: full_name, role }, by);
  }

  /**
   * Opens a session. The password is checked before anything is said about the account, and takes as long without one.
   * @throws ProblemError 401 `invalid_credentials`, 403 `user_inactive`, 429
   */
  async login(email: string, password: string, by: Actor): Promise<TokensDto> {
    const user = await this.throttle.attempt(email, by.ip, () => this.checkCredentials(email, password, by));
    if (user === undefined) throw wrongCredentials();
    if (!user.isActive) {
      await this.noteFailure(user.id, 'user_inactive', by);
      throw inactive();
    }
    const hash = this.hasher.isOutdated(user.passwordHash)
      ? await this.users.rehash(user, password)
      : user.passwordHash;
    const session = await this.sessions.open(user.id, hash, by);
    if (session === undefined) {
      await this.noteFailure(user.id, 'account_changed', by);
      throw wrongCredentials();
    }
    await this.reader.read(user.id);
    return this.issue(session);
  }

  /**
   * Exchanges a refresh token (RFC 6749 §6), see `SessionsService.rotate`.
   * @throws ProblemError 401 `token_invalid`, `token_expired` or `token_revoked`
   */
  async refresh(refreshToken: string, by: Actor): Promise<TokensDto> {
    const { sid, jti } = this.tokens.verifyRefresh(refreshToken);
    const rotation = await this.sessions.rotate(sid, jti, by);
    if ('session' in rotation) return this.issue(rotation.session);
    throw rotation.outcome === 'inactive' ? Problems.userInactive() : Problems.tokenRevoked();
  }

  /** Ends the session of the access token: when this resolves, both its tokens are refused by every instance. */
  async logout(principal: Principal, by: Actor): Promise<void> {
    await this.sessions.revoke({ userId: principal.id, id: principal.sessionId }, 'logout', by);
    // The session has ended in PostgreSQL; the blacklist only makes the refusal cheaper.
    await ignoreOutage(this.blacklist.add(principal.tokenId, principal.tokenExpiresAt));
  }

  /**
   * Changes the password and ends every other session of the account, in one transaction.
   * @throws ProblemError 403 `wrong_password`
   */
  async changePassword(principal: Principal, current: string, next: string, by: Actor): Promise<void> {
    const user = await this.users.get(principal.id);
    const isRight = await this.throttle.attempt(
      user.email,
      by.ip,
      async () => (await this.hasher.verify(user.passwordHash, current)) || undefined,
    );
    if (!isRight) {
      throw new ProblemError({
        status: 403,
        code: 'wrong_password',
        detail: 'The current password is not right',
      });
    }
    const hash = await this.hasher.hash(next);
    const others = { userId: user.id, exceptId: principal.sessionId };
    const ended = await this.dataSource.transaction(async (manager) => {
      await this.users.setPassword(manager, user.id, hash, by);
      return this.sessions.revokeWithin(manager, others, 'password_changed', by);
    });
    await this.users.announceUpdate(user.id);
    await this.sessions.announceEnd(user.id, ended, 'password_changed');
  }

  /** @returns the account, or `undefined` for a wrong guess, which is noted */
  private async checkCredentials(
    email: string,
    password: string,
    by: Actor,
  ): Promise<Credentials | undefined> {
    const user = await this.users.findCredentials(email);
    if (await this.hasher.verify(user?.passwordHash, password)) return user;
    await this.noteFailure(user?.id, 'wrong_credentials', by);
    return undefined;
  }

  private async noteFailure(userId: string | undefined, reason: string, by: Actor): Promise<void> {
    await this.audit.note('session.login_failed', by, { userId, details: { reason } });
  }

  private issue(session: TokenSession): TokensDto {
    const { token, expiresIn } = this.tokens.signAccess(session, newTokenId(), new Date());
    return {
      access_token: token,
      refresh_token: this.tokens.signRefresh(session),
      token_type: 'bearer',
      expires_in: expiresIn,
    };
  }
}
