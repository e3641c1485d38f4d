import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
export const CLIENT = { clientId: 'receiver', clientSecret: 'a secret of the receiver' };
const CREDENTIALS = `Basic ${Buffer.from(Object.values(CLIENT).map(encodeURIComponent).join(':')).toString('base64')}`;

interface Key {
  kid: string;
  privateKey: CryptoKey;
  jwk: JWK;
}

interface Row {
  jti: string;
  atSeconds: number;
  claims: object;
  token?: string;
}

interface Reply {
  status: number;
  body: object;
}

interface User {
  role: string;
  isActive: boolean;
}

export interface Session {
  sub: string;
  sid: string;
  isRevoked: boolean;
}

/**
 * The issuer's side of the contract, in memory: metadata, keys, introspection and the feed. It decides; how and when its
 * answers arrive is up to the transport.
 */
export class TestIssuer {
  lifetimeSeconds = 1800;
  readonly users = new Map<string, User>();
  readonly sessions = new Map<string, Session>();
  /** Changes of an answer to a poll, for issuers that misbehave. */
  distort: (answer: Record<string, unknown>) => object = (answer) => answer;
  metadata: object = {};
  private rows: Row[] = [];
  /** Rows that were deleted before the first one of `rows`. */
  private deleted = 0;
  private logBeginsAt: number;
  private generation = 1;
  private keys: Key[] = [];

  private constructor(
    readonly url: string,
    private readonly nowSeconds: () => number,
  ) {
    this.logBeginsAt = nowSeconds() - 1e6;
  }

  static async create(url: string, nowSeconds: () => number, keys?: Key[]): Promise<TestIssuer> {
    const issuer = new TestIssuer(url, nowSeconds);
    issuer.keys = keys ?? [await makeKey()];
    return issuer;
  }

  /** The key that signs now comes first; `remaining` of the old ones still verify. */
  async rotate(remaining = 1): Promise<void> {
    this.keys = [await makeKey(), ...this.keys.slice(0, remaining)];
  }

  /** A login: a new session, of a new user if none is given. */
  async logIn(sub: string = randomUUID(), role = 'student'): Promise<{ token: string; session: Session }> {
    if (!this.users.has(sub)) this.users.set(sub, { role, isActive: true });
    const session = { sub, sid: randomUUID(), isRevoked: false };
    this.sessions.set(session.sid, session);
    return { token: await this.tokenFor(session), session };
  }

  tokenFor({ sub, sid }: Session, claims: object = {}, header: object = {}): Promise<string> {
    const iat = Math.floor(this.nowSeconds());
    const { role } = this.users.get(sub)!;
    const times = { iat, exp: iat + this.lifetimeSeconds, auth_time: iat };
    const names = { iss: this.url, aud: this.url, sub, sid, client_id: 'app', jti: randomUUID(), role };
    return this.sign('at+jwt', { ...names, ...times, ...claims }, header);
  }

  sign(typ: string, claims: object, header: object = {}): Promise<string> {
    const [{ kid, privateKey }] = this.keys as [Key];
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, typ, ...header })
      .sign(privateKey);
  }

  revoke(session: Session): void {
    session.isRevoked = true;
    this.log('session-revoked', session.sub, { reason_admin: { en: 'logout' } }, session.sid);
  }

  change(sub: string, change: Partial<User>): void {
    Object.assign(this.users.get(sub)!, change);
    this.log('token-claims-change', sub, { claims: {} });
  }

  delete(sub: string): void {
    this.users.delete(sub);
    this.log('session-revoked', sub, {});
  }

  /** Appends an event, of a type of CAEP unless it is a URL. */
  log(type: string, sub: string, event: object, sid?: string): void {
    const atSeconds = this.nowSeconds();
    const user = { format: 'iss_sub', iss: this.url, sub };
    const session = sid === undefined ? {} : { session: { format: 'opaque', id: sid } };
    const name = type.includes(':') ? type : `${CAEP}${type}`;
    this.append({
      sub_id: { format: 'complex', user, ...session },
      events: { [name]: { event_timestamp: atSeconds, ...event } },
    });
  }

  /** Appends a row with any claims. */
  append(claims: object): void {
    const jti = randomUUID();
    const atSeconds = this.nowSeconds();
    this.rows.push({
      jti,
      atSeconds,
      claims: { iss: this.url, aud: this.url, iat: Math.floor(atSeconds), jti, ...claims },
    });
  }

  get rowCount(): number {
    return this.rows.length;
  }

  /** Whether a receiver that knows the cursor has something to read. */
  hasRowsAfter(cursor: unknown): boolean {
    return this.positionOf(cursor) < this.deleted + this.rows.length;
  }

  /** Deletes the log, as if its retention were over. Receivers that had not read it must begin anew. */
  deleteLog(): void {
    this.deleted += this.rows.length;
    this.rows = [];
    this.logBeginsAt = Math.max(this.logBeginsAt, this.nowSeconds());
  }

  /** Another history: no earlier cursor is known. */
  restart(): void {
    this.generation += 1;
  }

  /**
   * Another history of a database that took over: its log begins now.
   *
   * @param latestSeconds what the clock of the old one showed last
   */
  failOver(latestSeconds: number): void {
    this.restart();
    this.deleteLog();
    this.logBeginsAt = Math.max(this.logBeginsAt, latestSeconds);
  }

  /** @param sinceArrivalMs how long ago the request arrived */
  async answer(path: string, authorization: string | undefined, body: string, sinceArrivalMs = 0) {
    const { url } = this;
    switch (path) {
      case '/.well-known/oauth-authorization-server':
        return ok({
          issuer: url,
          introspection_endpoint: `${url}/oauth2/introspect`,
          jwks_uri: `${url}/.well-known/jwks.json`,
          ...this.metadata,
        });
      case '/.well-known/jwks.json':
        return ok({ keys: this.keys.map(({ jwk }) => jwk) });
      case '/.well-known/ssf-configuration':
        return ok({
          issuer: url,
          poll_endpoint: `${url}/api/v1/events/poll`,
          access_token_lifetime: this.lifetimeSeconds,
        });
    }
    if (authorization !== CREDENTIALS) return { status: 401, body: { error: 'invalid_client' } };
    if (path === '/oauth2/introspect') return ok(this.introspect(new URLSearchParams(body).get('token')!));
    return this.poll(JSON.parse(body) as { cursor: string; maxEvents: number }, sinceArrivalMs);
  }

  introspect(token: string): object {
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
      sub: string;
      sid: string;
      exp: number;
    };
    const user = this.users.get(claims.sub);
    const isLive = this.sessions.get(claims.sid)?.isRevoked === false && claims.exp > this.nowSeconds();
    if (!isLive || !user?.isActive) return { active: false };
    return { active: true, token_type: 'Bearer', ...claims, role: user.role };
  }

  private async poll(
    { cursor, maxEvents }: { cursor: string; maxEvents: number },
    sinceArrivalMs: number,
  ): Promise<Reply> {
    const position = this.positionOf(cursor);
    const restarted = position < this.deleted;
    const oldest = this.nowSeconds() - this.lifetimeSeconds;
    const first = restarted ? this.rows.findIndex(({ atSeconds }) => atSeconds >= oldest) : 0;
    const begin = restarted ? (first < 0 ? this.rows.length : first) : position - this.deleted;
    const rows = this.rows.slice(begin, begin + maxEvents);
    const sets = await Promise.all(rows.map(async (row) => [row.jti, await this.tokenOf(row)] as const));
    const answer = {
      sets: Object.fromEntries(sets),
      moreAvailable: begin + rows.length < this.rows.length,
      cursor: `${this.generation}:${this.deleted + begin + rows.length}`,
      restarted,
      history: `history ${this.generation}`,
      covered_from: Math.max(oldest, this.logBeginsAt),
      read_at: this.nowSeconds(),
      complete_to_ms: sinceArrivalMs,
    };
    return ok(this.distort(answer));
  }

  private async tokenOf(row: Row): Promise<string> {
    return (row.token ??= await this.sign('secevent+jwt', row.claims));
  }

  /** -1 for a cursor that is out of reach. */
  private positionOf(cursor: unknown): number {
    const [generation, position] = String(cursor).split(':').map(Number);
    return generation === this.generation && position! >= this.deleted ? position! : -1;
  }
}

export async function makeKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

const ok = (body: object): Reply => ({ status: 200, body });
