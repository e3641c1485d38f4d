import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { type Person, refreshId, sessionId } from './person.js';

/** Longer than any run. */
const ACCESS_LIFE_SECONDS = 3600;
const REFRESH_LIFE_SECONDS = 7 * 86_400;

/** Signs tokens as the server does, for sessions that were written straight into the database. */
export class TokenPress {
  private readonly key: KeyObject;
  /** The same for all, so that a session has the same token in every round, as a client does. */
  private readonly issuedAt = Math.floor(Date.now() / 1000);

  constructor(
    secret: string,
    /** Issuer and audience. */
    private readonly appName: string,
  ) {
    this.key = createSecretKey(Buffer.from(secret));
  }

  /** @param issue tells the session's access tokens apart, of which it gets one with each refresh */
  access(person: Person, session: number, issue = 0): string {
    const sid = sessionId(person, session);
    return this.sign('at+jwt', { sub: person.id, sid, jti: accessId(sid, issue) }, ACCESS_LIFE_SECONDS);
  }

  /** The session's first refresh token. */
  refresh(person: Person, session: number): string {
    const claims = { sub: person.id, sid: sessionId(person, session), jti: refreshId(person, session) };
    return this.sign('rt+jwt', claims, REFRESH_LIFE_SECONDS);
  }

  private sign(typ: string, claims: Record<string, string>, lifeSeconds: number): string {
    const { appName, issuedAt: iat } = this;
    const header = encode({ alg: 'HS256', typ });
    const payload = encode({ iss: appName, aud: appName, ...claims, iat, exp: iat + lifeSeconds });
    const signature = createHmac('sha256', this.key).update(`${header}.${payload}`).digest('base64url');
    return `${header}.${payload}.${signature}`;
  }
}

/** `jti` of a session's access token: 128 bits in base64url, as the product's are. */
export function accessId(sessionId: string, issue = 0): string {
  return createHash('md5').update(`access${sessionId}:${issue}`).digest('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
