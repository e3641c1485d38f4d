import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { Problems } from '../common/problem.error.js';
import { AppConfig } from '../config/app-config.js';
import type { TokenSession } from '../sessions/session.entity.js';
import type { AccessClaims } from '../sessions/verdict.js';

/** Pinned: a token that names another algorithm is refused, whatever its signature (RFC 8725 §3.1). */
const ALGORITHM = 'HS256';
/** `typ` of the header keeps one kind of token from being taken for the other (RFC 8725 §3.11, RFC 9068 §2.1). */
const ACCESS_TYPE = 'at+jwt';
const REFRESH_TYPE = 'rt+jwt';
/** Under 1 KB each. */
const MAX_REMEMBERED = 50_000;

/** Claims of a refresh token whose signature, type and times were checked. */
export interface RefreshClaims {
  readonly sub: string;
  readonly sid: string;
  readonly jti: string;
}

/** Signs and verifies tokens. It knows nothing of revocation: a verified token has yet to be judged. */
@Injectable()
export class TokenService {
  /**
   * Tokens whose signature was found good, so that it is checked once a token and not once a request. The key is the
   * whole token; the expiry is checked each time; nothing about revocation is remembered here.
   */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: MAX_REMEMBERED });
  private readonly verification: jwt.VerifyOptions & { complete: true };

  constructor(
    private readonly jwtService: JwtService,
    private readonly config: AppConfig,
  ) {
    const { issuer, audience } = config.tokens;
    this.verification = { algorithms: [ALGORITHM], issuer, audience, complete: true };
  }

  /** A new access token of the session, which never outlives it. */
  signAccess(session: TokenSession, tokenId: string, now: Date): { token: string; expiresIn: number } {
    const issuedAt = seconds(now);
    const expiresAt = Math.min(issuedAt + this.config.tokens.accessTtlSeconds, seconds(session.expiresAt));
    return {
      token: this.sign(ACCESS_TYPE, session, tokenId, issuedAt, expiresAt),
      expiresIn: expiresAt - issuedAt,
    };
  }

  /** The session's current refresh token: the same bytes from the same row, so that it can be given again. */
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
      if (known.exp * 1000 > Date.now()) return known;
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
      decoded = this.jwtService.verify<jwt.Jwt>(token, this.verification);
    } catch (error) {
      throw error instanceof jwt.TokenExpiredError ? Problems.tokenExpired() : Problems.tokenInvalid();
    }
    if (decoded.header.typ !== type) throw Problems.tokenInvalid();
    return decoded.payload;
  }
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
