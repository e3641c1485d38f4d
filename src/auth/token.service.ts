import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { Problems } from '../http/problem.error.js';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import type { TokenSession } from '../sessions/session.entity.js';
import type { AccessClaims } from '../sessions/verdict.js';

/** The only accepted algorithm: a token that names another one is refused (RFC 8725 §3.1). */
const ALGORITHM = 'HS256';
/** The header's `typ` distinguishes access tokens from refresh tokens (RFC 8725 §3.11, RFC 9068 §2.1). */
const ACCESS_TYPE = 'at+jwt';
const REFRESH_TYPE = 'rt+jwt';
/** Verified tokens in memory; each takes less than 1 KB. */
const MAX_VERIFIED = 50_000;

/** Claims of a refresh token after its signature, type and times were checked. */
export interface RefreshClaims {
  readonly sub: string;
  readonly sid: string;
  readonly jti: string;
}

/** Signs and verifies tokens. A verified token may be revoked: `SessionVerdictService` checks that. */
@Injectable()
export class TokenService {
  /**
   * Claims of tokens with a valid signature, by the whole token: a signature is verified once for each token, not once for
   * each request. The expiry is checked each time. Revocation is not stored here.
   */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: MAX_VERIFIED });
  private readonly verification: jwt.VerifyOptions & { complete: true };

  constructor(
    private readonly jwtService: JwtService,
    private readonly clock: DatabaseClock,
    private readonly config: AppConfig,
  ) {
    const { issuer, audience } = config.tokens;
    this.verification = { algorithms: [ALGORITHM], issuer, audience, complete: true };
  }

  /**
   * Signs a new access token of the session. It expires with the session at the latest.
   * @param issuedAt the time of the login or refresh by the database's clock, as are the times of the session
   */
  signAccess(session: TokenSession, tokenId: string, issuedAt: Date): { token: string; expiresIn: number } {
    const iat = seconds(issuedAt);
    const exp = Math.min(iat + this.config.tokens.accessTtlSeconds, seconds(session.expiresAt));
    return { token: this.sign(ACCESS_TYPE, session, tokenId, iat, exp), expiresIn: exp - iat };
  }

  /** Signs the current refresh token of the session. The same row gives the same bytes, so the token can be sent again. */
  signRefresh(session: TokenSession): string {
    return this.sign(
      REFRESH_TYPE,
      session,
      session.refreshJti,
      seconds(session.rotatedAt),
      seconds(session.expiresAt),
    );
  }

  /** @throws ProblemError 401 `token_invalid` or `token_expired` */
  verifyAccess(token: string): AccessClaims {
    const known = this.verified.get(token);
    if (known !== undefined) {
      if (known.exp * 1000 > this.clock.now()) return known;
      this.verified.delete(token);
    }
    const claims = this.verify(token, ACCESS_TYPE) as AccessClaims;
    this.verified.set(token, claims);
    return claims;
  }

  /** @throws ProblemError 401 `token_invalid` or `token_expired` */
  verifyRefresh(token: string): RefreshClaims {
    return this.verify(token, REFRESH_TYPE) as RefreshClaims;
  }

  private sign(
    type: string,
    session: TokenSession,
    tokenId: string,
    issuedAt: number,
    expiresAt: number,
  ): string {
    const { issuer, audience } = this.config.tokens;
    return this.jwtService.sign(
      {
        iss: issuer,
        aud: audience,
        sub: session.userId,
        sid: session.id,
        jti: tokenId,
        iat: issuedAt,
        exp: expiresAt,
      },
      { header: { alg: ALGORITHM, typ: type } },
    );
  }

  private verify(token: string, type: string): unknown {
    let decoded: jwt.Jwt;
    try {
      const clockTimestamp = Math.floor(this.clock.now() / 1000);
      decoded = this.jwtService.verify<jwt.Jwt>(token, { ...this.verification, clockTimestamp });
    } catch (error) {
      throw error instanceof jwt.TokenExpiredError ? Problems.tokenExpired() : Problems.tokenInvalid();
    }
    // No extension is known here, so none may be critical (RFC 7515 §4.1.11).
    const isKnown = decoded.header.typ === type && !('crit' in decoded.header);
    if (!isKnown || !hasOwnClaims(decoded.payload)) throw Problems.tokenInvalid();
    return decoded.payload;
  }
}

/** Of any version: accounts may have been imported with ids of their own. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether the claims are what this service signs: PostgreSQL is asked with the ids, and each token expires. */
function hasOwnClaims(payload: unknown): boolean {
  const { sub, sid, jti, exp } = Object(payload) as Partial<Record<'sub' | 'sid' | 'jti' | 'exp', unknown>>;
  const hasIds = [sub, sid].every((id) => typeof id === 'string' && UUID.test(id)) && typeof jti === 'string';
  return hasIds && typeof exp === 'number';
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
