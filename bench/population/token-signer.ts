import { createHash, createHmac, createPublicKey, createSecretKey, type KeyObject, sign } from 'node:crypto';
import { type BenchSession, refreshId, sessionId } from './bench-user.js';

/** Longer than any run. */
export const ACCESS_LIFE_SECONDS = 3600;
const REFRESH_LIFE_SECONDS = 7 * 86_400;

/** Signs tokens in the server's format, for sessions that the benchmark inserted into the database. */
export class TokenSigner {
  private readonly secret: KeyObject;
  /** The same for all tokens: a session then sends the same token in every round, as a client does. */
  private readonly issuedAt = Math.floor(Date.now() / 1000);

  constructor(
    secret: string,
    /** Issuer and audience of refresh tokens. */
    private readonly appName: string,
    /** Issuer and audience of access tokens. */
    private readonly issuerUrl: string,
    /** A private key on P-256 that signs access tokens instead of the secret. */
    private readonly privateKey?: KeyObject,
  ) {
    this.secret = createSecretKey(Buffer.from(secret));
  }

  access(session: BenchSession): string {
    const { appName, issuerUrl, issuedAt } = this;
    const ids = { sub: session.user.id, sid: sessionId(session), jti: accessId(session) };
    const claims = { client_id: appName, auth_time: issuedAt, ...ids, role: 'student' };
    const payload = this.payload(issuerUrl, claims, ACCESS_LIFE_SECONDS);
    return this.privateKey === undefined
      ? this.signBySecret('at+jwt', payload)
      : signByKey('at+jwt', payload, this.privateKey);
  }

  /** The session's first refresh token. */
  refresh(session: BenchSession): string {
    const claims = { sub: session.user.id, sid: sessionId(session), jti: refreshId(session) };
    return this.signBySecret('rt+jwt', this.payload(this.appName, claims, REFRESH_LIFE_SECONDS));
  }

  private payload(issuer: string, claims: object, lifeSeconds: number): object {
    const { issuedAt: iat } = this;
    return { iss: issuer, aud: issuer, ...claims, iat, exp: iat + lifeSeconds };
  }

  private signBySecret(typ: string, payload: object): string {
    const input = signingInput({ alg: 'HS256', typ }, payload);
    return `${input}.${createHmac('sha256', this.secret).update(input).digest('base64url')}`;
  }
}

function signByKey(typ: string, payload: object, key: KeyObject): string {
  const input = signingInput({ alg: 'ES256', typ, kid: thumbprint(key) }, payload);
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** RFC 7638 §3, of a key on an elliptic curve. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** The `jti` of an access token: 128 bits in base64url, as the server issues it. */
export function accessId(session: BenchSession): string {
  const text = `access${sessionId(session)}:${session.issue ?? 0}`;
  return createHash('md5').update(text).digest('base64url');
}

const signingInput = (header: object, payload: object): string => `${encode(header)}.${encode(payload)}`;

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
