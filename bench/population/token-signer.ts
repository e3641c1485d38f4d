import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { type BenchSession, refreshId, sessionId } from './bench-user.js';

/** Longer than any run. */
const ACCESS_LIFE_SECONDS = 3600;
const REFRESH_LIFE_SECONDS = 7 * 86_400;

/** Signs tokens in the server's format, for sessions that the benchmark inserted into the database. */
export class TokenSigner {
  private readonly key: KeyObject;
  /** The same for all tokens: a session then sends the same token in every round, as a client does. */
  private readonly issuedAt = Math.floor(Date.now() / 1000);

  constructor(
    secret: string,
    /** Issuer and audience of refresh tokens. */
    private readonly appName: string,
    /** Issuer and audience of access tokens. */
    private readonly issuerUrl: string,
  ) {
    this.key = createSecretKey(Buffer.from(secret));
  }

  access(session: BenchSession): string {
    const { appName, issuerUrl, issuedAt } = this;
    const ids = { sub: session.user.id, sid: sessionId(session), jti: accessId(session) };
    const claims = { client_id: appName, auth_time: issuedAt, ...ids, role: 'student' };
    return this.sign('at+jwt', issuerUrl, claims, ACCESS_LIFE_SECONDS);
  }

  /** The session's first refresh token. */
  refresh(session: BenchSession): string {
    const claims = { sub: session.user.id, sid: sessionId(session), jti: refreshId(session) };
    return this.sign('rt+jwt', this.appName, claims, REFRESH_LIFE_SECONDS);
  }

  private sign(typ: string, issuer: string, claims: object, lifeSeconds: number): string {
    const { issuedAt: iat } = this;
    const header = encode({ alg: 'HS256', typ });
    const payload = encode({ iss: issuer, aud: issuer, ...claims, iat, exp: iat + lifeSeconds });
    const signature = createHmac('sha256', this.key).update(`${header}.${payload}`).digest('base64url');
    return `${header}.${payload}.${signature}`;
  }
}

/** The `jti` of an access token: 128 bits in base64url, as the server issues it. */
export function accessId(session: BenchSession): string {
  const text = `access${sessionId(session)}:${session.issue ?? 0}`;
  return createHash('md5').update(text).digest('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
