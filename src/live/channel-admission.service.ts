import { Injectable } from '@nestjs/common';
import { TokenService } from '../auth/token.service.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import type { Principal } from '../common/principal.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ProblemError } from '../http/problem.error.js';
import { SessionVerdictService } from '../sessions/session-verdict.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { AccessClaims } from '../sessions/verdict.js';
import { CLOSE } from './close-codes.js';

export interface Refusal {
  readonly outcome: 'refused';
  readonly code: (typeof CLOSE)[keyof typeof CLOSE];
  readonly reason: string;
}

export type Verification = { readonly outcome: 'verified'; readonly claims: AccessClaims } | Refusal;

export type Admission =
  { readonly outcome: 'admitted'; readonly principal: Principal; readonly watchedUserId: string } | Refusal;

const refusal = (code: Refusal['code'], reason: string): Refusal => ({ outcome: 'refused', code, reason });

/** Who may watch which session: its owner and admins, by the same verdict as every request. */
@Injectable()
export class ChannelAdmissionService {
  constructor(
    private readonly tokens: TokenService,
    private readonly verdicts: SessionVerdictService,
    private readonly sessions: SessionsService,
  ) {}

  /** The claims of a token with a good signature; it has yet to be judged. */
  verify(token: string): Verification {
    try {
      return { outcome: 'verified', claims: this.tokens.verifyAccess(token) };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return refusal(CLOSE.unauthenticated, error.problem.code);
    }
  }

  /** A session that is not live and one of somebody else get the same answer. */
  async admit(claims: AccessClaims, sessionId: string): Promise<Admission> {
    try {
      const verdict = await this.verdicts.judge(claims);
      if (verdict.outcome === 'revoked') return refusal(CLOSE.unauthenticated, 'token_revoked');
      const { principal } = verdict;
      const isOwn = sessionId === principal.sessionId;
      const watchedUserId = isOwn ? principal.id : await this.sessions.ownerOfLive(sessionId);
      const mayWatch = watchedUserId === principal.id || principal.role === ADMIN_ROLE;
      if (watchedUserId === undefined || !mayWatch) return refusal(CLOSE.forbidden, 'not your session');
      return { outcome: 'admitted', principal, watchedUserId };
    } catch (error) {
      if (!isDatabaseOutage(error)) throw error;
      return refusal(CLOSE.unavailable, 'try again');
    }
  }
}
