import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { VerifierOptions } from '../options.js';
import { InMemoryLog } from './in-memory-log.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const CLIENT = { clientId: 'receiver', clientSecret: 'a secret of the receiver' };
const CREDENTIALS = `Basic ${Buffer.from(Object.values(CLIENT).map(encodeURIComponent).join(':')).toString('base64')}`;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export interface Reply {
  readonly status: number;
  readonly body: object;
}

interface User {
  role: string;
  isActive: boolean;
}

/** One login. */
export interface Session {
  /** The user's id. */
  readonly sub: string;
  /** The session's id. */
  readonly sid: string;
  isRevoked: boolean;
}

/**
 * An issuer within the process, for the tests of services: metadata, keys, introspection and the revocation feed, as the real one
 * has them. A verifier with its `options` works as in production, without a network.
 */
export class InMemoryIssuer {
  /** Seconds. */
  lifetimeSeconds = 1800;
  readonly users = new Map<string, User>();
  readonly sessions = new Map<string, Session>();
  protected readonly log: InMemoryLog;

  protected constructor(
    readonly url: string,
    protected readonly nowSeconds: () => number,
    protected keys: readonly [SigningKey, ...SigningKey[]],
  ) {
    this.log = new InMemoryLog(nowSeconds);
  }

  /** Makes an issuer without users, with a new key. */
  static async create(url = 'https://auth.test'): Promise<InMemoryIssuer> {
    return new InMemoryIssuer(url, () => Date.now() / 1000, [await makeSigningKey()]);
  }

  /** For `createVerifier` and `VerifierModule.forRoot`. */
  get options(): VerifierOptions {
    return { issuer: this.url, ...CLIENT, fetch: this.fetch };
  }

  /** A login: a new session, of a new user if none is given. An access token of it is an argument of requests in tests. */
  async logIn({ sub = randomUUID(), role = 'student' }: { sub?: string; role?: string } = {}): Promise<{
    token: string;
    session: Session;
  }> {
    if (!this.users.has(sub)) this.users.set(sub, { role, isActive: true });
    const session = { sub, sid: randomUUID(), isRevoked: false };
    this.sessions.set(session.sid, session);
    return { token: await this.tokenFor(session), session };
  }

  /** Another access token of a session, as a refresh gives it. @param claims replace those of the token */
  tokenFor({ sub, sid }: Session, claims: object = {}, header: object = {}): Promise<string> {
    const iat = Math.floor(this.nowSeconds());
    const { role } = this.userOf(sub);
    const times = { iat, exp: iat + this.lifetimeSeconds, auth_time: iat };
    const names = { iss: this.url, aud: this.url, sub, sid, client_id: 'app', jti: randomUUID(), role };
    return this.sign('at+jwt', { ...names, ...times, ...claims }, header);
  }

  sign(typ: string, claims: object, header: object = {}): Promise<string> {
    const { kid, privateKey } = this.keys[0];
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, typ, ...header })
      .sign(privateKey);
  }

  /** Ends the session, as a logout does. */
  revoke(session: Session, reason = 'logout'): void {
    session.isRevoked = true;
    this.tell('session-revoked', session.sub, { reason_admin: { en: reason } }, session.sid);
  }

  /** Ends the sessions of all users. Sessions of later logins are live. */
  endEverybody(): void {
    for (const session of this.sessions.values()) session.isRevoked = true;
    this.append({
      sub_id: { format: 'complex', tenant: { format: 'uri', uri: this.url } },
      events: {
        [`${CAEP}session-revoked`]: {
          event_timestamp: this.nowSeconds(),
          reason_admin: { en: 'ended_for_everybody' },
        },
      },
    });
  }

  /** Gives the user another role or status. A user who is not active has no session. */
  change(sub: string, { role, isActive }: Partial<User>): void {
    const user = this.userOf(sub);
    if (role !== undefined) {
      user.role = role;
      this.tell('token-claims-change', sub, { claims: { role } });
    }
    if (isActive === undefined) return;
    user.isActive = isActive;
    this.tell(`${RISC}account-${isActive ? 'enabled' : 'disabled'}`, sub, {});
    if (isActive) return;
    for (const session of this.sessions.values())
      if (session.sub === sub && !session.isRevoked) this.revoke(session, 'user_deactivated');
  }

  /** Ends every session of the user, and the user. */
  delete(sub: string): void {
    this.users.delete(sub);
    this.tell('session-revoked', sub, { reason_admin: { en: 'user_deleted' } });
  }

  /** Appends an event, of a type of CAEP unless it is a URL. */
  tell(type: string, sub: string, event: object, sid?: string): void {
    const user = { format: 'iss_sub', iss: this.url, sub };
    const session = sid === undefined ? {} : { session: { format: 'opaque', id: sid } };
    const name = type.includes(':') ? type : `${CAEP}${type}`;
    this.append({
      sub_id: { format: 'complex', user, ...session },
      events: { [name]: { event_timestamp: this.nowSeconds(), ...event } },
    });
  }

  /** Appends a row with any claims. */
  append(claims: object): void {
    this.log.append({ issuer: this.url, audience: CLIENT.clientId }, claims);
  }

  /** Answers one request. @param sinceArrivalMs how long ago it arrived */
  async answer(
    path: string,
    authorization: string | undefined,
    body: string,
    sinceArrivalMs = 0,
  ): Promise<Reply> {
    const document = this.documents()[path];
    if (document !== undefined) return ok(document);
    if (authorization !== CREDENTIALS) return { status: 401, body: { error: 'invalid_client' } };
    if (path === '/oauth2/introspect')
      return ok(this.introspect(new URLSearchParams(body).get('token') ?? ''));
    return ok(await this.poll(JSON.parse(body) as { cursor: string; maxEvents: number }, sinceArrivalMs));
  }

  introspect(token: string): object {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      sub: string;
      sid: string;
      exp: number;
    };
    const user = this.users.get(claims.sub);
    const isLive = this.sessions.get(claims.sid)?.isRevoked === false && claims.exp > this.nowSeconds();
    if (!isLive || !user?.isActive) return { active: false };
    return { active: true, token_type: 'Bearer', ...claims, role: user.role };
  }

  private userOf(sub: string): User {
    const user = this.users.get(sub);
    if (user === undefined) throw new RangeError('the issuer has no such user');
    return user;
  }

  /** What anybody may read, by its path. */
  protected documents(): Readonly<Record<string, object>> {
    const { url } = this;
    return {
      '/.well-known/oauth-authorization-server': {
        issuer: url,
        introspection_endpoint: `${url}/oauth2/introspect`,
        jwks_uri: `${url}/.well-known/jwks.json`,
      },
      '/.well-known/jwks.json': { keys: this.keys.map(({ jwk }) => jwk) },
      '/.well-known/ssf-configuration': {
        issuer: url,
        poll_endpoint: `${url}/api/v1/events/poll`,
        access_token_lifetime: this.lifetimeSeconds,
      },
    };
  }

  protected async poll(
    { cursor, maxEvents }: { cursor: string; maxEvents: number },
    sinceArrivalMs: number,
  ): Promise<Record<string, unknown>> {
    const { rows, ...page } = this.log.pageAfter(cursor, maxEvents, this.lifetimeSeconds);
    const sets = await Promise.all(
      rows.map(
        async (row) => [row.jti, (row.token ??= await this.sign('secevent+jwt', row.claims))] as const,
      ),
    );
    return {
      sets: Object.fromEntries(sets),
      ...page,
      read_at: this.nowSeconds(),
      complete_to_ms: sinceArrivalMs,
    };
  }

  private readonly fetch = async (
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    // The verifier sends texts alone.
    const body = typeof init.body === 'string' ? init.body : '';
    const arrivedMs = performance.now();
    if (pathname.endsWith('/poll')) {
      const { cursor, waitMs } = JSON.parse(body) as { cursor: string; waitMs: number };
      await this.log.untilRowsAfter(cursor, waitMs, init.signal);
    }
    const authorization = new Headers(init.headers).get('authorization') ?? undefined;
    const reply = await this.answer(pathname, authorization, body, performance.now() - arrivedMs);
    return Response.json(reply.body, { status: reply.status });
  };
}

/** A key pair for ES256. */
export async function makeSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

const ok = (body: object): Reply => ({ status: 200, body });
