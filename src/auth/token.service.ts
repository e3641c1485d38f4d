import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { Problems } from '../http/problem.error.js';
import { isUuid } from '../common/uuid.js';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { SigningKeys, type VerifyingKey } from '../keys/signing-keys.js';
import type { TokenSession } from '../sessions/session.entity.js';
import type { AccessClaims } from '../sessions/verdict.js';

/** The header's `typ` distinguishes access tokens from refresh tokens (RFC 8725 §3.11, RFC 9068 §2.1). */
const ACCESS_TYPE = 'at+jwt';
const REFRESH_TYPE = 'rt+jwt';
/** Verified tokens in memory; each takes less than 2 KB. */
const MAX_VERIFIED = 50_000;

/** Claims of a refresh token after its signature, type and times were checked. */
export type RefreshClaims = Pick<AccessClaims, 'sub' | 'sid' | 'jti' | 'iat' | 'exp'>;

/** What a token must be, beside unexpired. */
interface Expected extends VerifyingKey {
  readonly type: string;
  /** Each is an issuer, and an audience. */
  readonly issuers: [string, ...string[]];
}

/** Signs and verifies tokens. A verified token may be revoked: `SessionVerdictService` checks that. */
@Injectable()
export class TokenService {
  /**
   * Claims of tokens with a valid signature, by the whole token: a signature is verified once for each token, not once for
   * each request. The expiry is checked each time. Revocation is not stored here.
   */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: MAX_VERIFIED });
  private readonly refreshTokens: Expected;

  constructor(
    private readonly jwtService: JwtService,
    private readonly keys: SigningKeys,
    private readonly clock: DatabaseClock,
    private readonly config: AppConfig,
  ) {
    this.refreshTokens = {
      type: REFRESH_TYPE,
      algorithm: 'HS256',
      key: config.tokens.key,
      acceptedUntil: undefined,
      issuers: [config.name],
    };
  }

  /**
   * Signs a new access token of the session (RFC 9068 §2.2). It expires with the session at the latest. Its `role` is for
   * other services: this one reads the role of the moment.
   * @param issuedAt the time of the login or refresh by the database's clock, as are the times of the session
   */
  signAccess(session: TokenSession, tokenId: string, issuedAt: Date): { token: string; expiresIn: number } {
    const iat = seconds(issuedAt);
    const exp = Math.min(iat + this.config.tokens.accessTtlSeconds, seconds(session.expiresAt));
    const token = this.keys.sign(ACCESS_TYPE, {
      iss: this.config.issuerUrl,
      aud: this.config.issuerUrl,
      sub: session.userId,
      client_id: session.clientId ?? this.config.name,
      auth_time: seconds(session.createdAt),
      sid: session.id,
      jti: tokenId,
      iat,
      exp,
      role: session.role,
    });
    return { token, expiresIn: exp - iat };
  }

  /** Signs the current refresh token of the session. The same row gives the same bytes, so the token can be sent again. */
  signRefresh(session: TokenSession): string {
    const claims = {
      iss: this.config.name,
      aud: this.config.name,
      sub: session.userId,
      sid: session.id,
      jti: session.refreshJti,
      iat: seconds(session.rotatedAt),
      exp: seconds(session.expiresAt),
    };
    const header = { alg: this.refreshTokens.algorithm, typ: REFRESH_TYPE };
    return this.jwtService.sign(claims, { privateKey: this.refreshTokens.key, header });
  }

  /** @throws ProblemError 401 `token_invalid` or `token_expired` */
  verifyAccess(token: string): AccessClaims {
    const known = this.verified.get(token);
    if (known !== undefined) {
      if (known.exp * 1000 > this.clock.now()) return known;
      this.verified.delete(token);
    }
    const key = this.keys.find(keyIdOf(token));
    if (key === undefined) throw Problems.tokenInvalid();
    const claims = this.verify(token, { ...key, type: ACCESS_TYPE, issuers: this.issuersOf(key) });
    this.verified.set(token, claims);
    return claims;
  }

  /** @throws ProblemError 401 `token_invalid` or `token_expired` */
  verifyRefresh(token: string): RefreshClaims {
    return this.verify(token, this.refreshTokens);
  }

  /** Version 0.1.0 gave access tokens the issuer and audience of refresh tokens. It had no key but the secret. */
  private issuersOf({ algorithm }: VerifyingKey): Expected['issuers'] {
    const { issuerUrl, name } = this.config;
    return algorithm === 'HS256' ? [issuerUrl, name] : [issuerUrl];
  }

  private verify(token: string, expected: Expected): AccessClaims {
    let decoded: jwt.Jwt;
    try {
      decoded = this.jwtService.verify<jwt.Jwt>(token, {
        // jsonwebtoken accepts a KeyObject, but the types of @nestjs/jwt do not.
        publicKey: expected.key as never,
        algorithms: [expected.algorithm],
        issuer: expected.issuers,
        audience: expected.issuers,
        clockTimestamp: Math.floor(this.clock.now() / 1000),
        complete: true,
      });
    } catch (error) {
      throw error instanceof jwt.TokenExpiredError ? Problems.tokenExpired() : Problems.tokenInvalid();
    }
    if (!isOwn(decoded, expected)) throw Problems.tokenInvalid();
    return decoded.payload as unknown as AccessClaims;
  }
}

/** `undefined` without `kid`, as in each token that no key verifies anyway. */
function keyIdOf(token: string): unknown {
  try {
    return jwt.decode(token, { complete: true })?.header.kid;
  } catch {
    return undefined;
  }
}

/** Whether the token is as this service signs it, beside its signature. */
function isOwn(
  { header, payload, signature }: jwt.Jwt,
  { type, acceptedUntil = Infinity }: Expected,
): boolean {
  // No extension is known here, so none may be critical (RFC 7515 §4.1.11).
  const isKnown = header.typ === type && !('crit' in header);
  return isKnown && isCanonical(signature) && hasOwnClaims(payload) && payload.exp <= acceptedUntil;
}

/** Whether base64url has this one spelling of the signature. Decoders also accept others, with set bits behind the end. */
const isCanonical = (text: string): boolean => Buffer.from(text, 'base64url').toString('base64url') === text;

/** Whether the claims are what this service signs: PostgreSQL is asked with the ids, and each token expires. */
function hasOwnClaims(payload: unknown): payload is { exp: number } {
  const { sub, sid, jti, exp } = Object(payload) as Partial<Record<'sub' | 'sid' | 'jti' | 'exp', unknown>>;
  const hasIds = [sub, sid].every((id) => typeof id === 'string' && isUuid(id)) && typeof jti === 'string';
  return hasIds && typeof exp === 'number';
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
