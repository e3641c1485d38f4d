import { Injectable } from '@nestjs/common';
import { TokenService } from '../auth/token.service.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import type { Principal } from '../common/principal.js';
import { ProblemError } from '../common/problem.error.js';
import { SessionVerdictService } from '../sessions/session-verdict.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { AccessClaims } from '../sessions/verdict.js';
import { CLOSE } from './close-codes.js';

export interface Refusal {
  readonly code: (typeof CLOSE)[keyof typeof CLOSE];
  readonly reason: string;
}

export type Admission = { readonly principal: Principal; readonly watchedUserId: string } | Refusal;

const FORBIDDEN: Refusal = { code: CLOSE.forbidden, reason: 'not your session' };

/** Who may watch which session: its owner and admins, by the same verdict as every request. */
@Injectable()
export class ChannelAdmissionService {
  constructor(
    private readonly tokens: TokenService,
    private readonly verdicts: SessionVerdictService,
    private readonly sessions: SessionsService,
  ) {}

  /** The claims of a token with a good signature; it has yet to be judged. */
  verify(token: string): AccessClaims | Refusal {
    try {
      return this.tokens.verifyAccess(token);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { code: CLOSE.unauthenticated, reason: error.problem.code };
    }
  }

  /** A session that is not live and one of somebody else get the same answer. */
  async admit(claims: AccessClaims, sessionId: string): Promise<Admission> {
    try {
      const verdict = await this.verdicts.judge(claims);
      if ('refusal' in verdict) return { code: CLOSE.unauthenticated, reason: `token_${verdict.refusal}` };
      const { principal } = verdict;
      if (sessionId === principal.sessionId) return { principal, watchedUserId: principal.id };
      const watchedUserId = await this.sessions.ownerOfLive(sessionId);
      const mayWatch = watchedUserId === principal.id || principal.role === 'admin';
      return watchedUserId !== undefined && mayWatch ? { principal, watchedUserId } : FORBIDDEN;
    } catch (error) {
      if (!isDatabaseOutage(error)) throw error;
      return { code: CLOSE.unavailable, reason: 'try again' };
    }
  }
}
