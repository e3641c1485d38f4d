import { Injectable } from '@nestjs/common';
import type { AuditAction } from '../audit/audit-action.js';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { ProblemError } from '../http/problem.error.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { UsersService } from '../users/users.service.js';
import { AttemptLimits } from './attempt-limits.js';

const NO_PASSWORD = 'The account has no password. A mail leads to one: POST /api/v1/auth/forgot-password';

/** Asks a logged-in person for the password once more, before a change that a stolen access token must not make (ASVS 7.5.1). */
@Injectable()
export class CurrentPassword {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly limits: AttemptLimits,
    private readonly audit: AuditService,
  ) {}

  /**
   * @param failed what the audit trail says of a wrong password
   * @returns the hash that the password matches
   * @throws ProblemError 403 `wrong_password`, 429
   */
  async demand(principal: Principal, password: string, failed: AuditAction, by: Actor): Promise<string> {
    const { passwordHash } = await this.users.get(principal.id);
    if (passwordHash === null) return this.refuse(principal, failed, 'no_password', by, NO_PASSWORD);
    const check = async () => ({ isRight: await this.hasher.verify(passwordHash, password, by.ip) });
    const { isRight } = await this.limits.changePassword(principal.sessionId, check, by.redisWaits);
    if (!isRight) return this.refuse(principal, failed, 'wrong_password', by);
    return passwordHash;
  }

  /** @throws ProblemError 403 `wrong_password`, always */
  async refuse(
    { id, sessionId }: Principal,
    failed: AuditAction,
    reason: string,
    by: Actor,
    detail?: string,
  ): Promise<never> {
    await this.audit.note(failed, by, { userId: id, sessionId, details: { reason } });
    throw new ProblemError('wrong_password', { detail });
  }
}
