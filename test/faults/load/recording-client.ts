import type { RedisServer } from '../../support/redis/redis-server.js';
import { waitFor } from '../../support/wait-for.js';
import type { History, Operation } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession, TestUser } from './population.js';
import { basic, type TestClient } from './oauth-clients.js';
import { type Call, type Facts, RequestRecorder } from './request-recorder.js';
import { isByCookie, loginCall, logoutCall, refreshCall } from './session-calls.js';
import { claimsOf, expiryOf } from './token-claims.js';

const ME = '/api/v1/users/me';
const PATHS = { me: ME, sessions: '/api/v1/sessions', check: '/api/v1/auth/check' } as const;

/** Asks instances, and records what was asked and answered. Nothing is ever repeated. */
export class RecordingClient {
  private readonly recorder: RequestRecorder;

  /** @param administrator a session of an administrator, which only the end of everybody's sessions ends */
  constructor(
    history: History,
    private administrator: TestSession,
  ) {
    this.recorder = new RequestRecorder(history);
  }

  /** Another session of an administrator from now on. */
  administerBy(administrator: TestSession): void {
    this.administrator = administrator;
  }

  async read(instance: Instance, session: TestSession, kind: keyof typeof PATHS = 'me'): Promise<Operation> {
    return this.withToken(instance, session, { kind }, { method: 'GET', path: PATHS[kind] });
  }

  /** Asks for an access token, as a service does (RFC 7662). */
  introspect(instance: Instance, session: TestSession, client: TestClient): Promise<Operation> {
    const { id: sessionId, user, access, accessExpiresAt: expiresAt } = session;
    const facts: Facts = { kind: 'introspect', userId: user.id, sessionId, expiresAt };
    return this.asClient(instance, client, facts, access);
  }

  /** Uses the credentials of a client. The checker takes the client for a session. */
  useClient(instance: Instance, client: TestClient): Promise<Operation> {
    const facts: Facts = { kind: 'use-client', userId: this.administrator.user.id, sessionId: client.id };
    return this.asClient(instance, client, facts, 'none');
  }

  endClient(instance: Instance, { id }: TestClient): Promise<Operation> {
    const facts: Facts = { kind: 'end-client', userId: this.administrator.user.id, ends: [id] };
    return this.administer(instance, facts, { method: 'DELETE', path: `/api/v1/clients/${id}` });
  }

  /** Presents the tokens until the cache holds an entry for each. @param redis where the entries are */
  async warm(instance: Instance, sessions: readonly TestSession[], redis: RedisServer): Promise<void> {
    const isCached = async (session: TestSession) => {
      await this.read(instance, session);
      return String(await redis.cli('GET', `user:${session.user.id}`)).includes(session.id);
    };
    for (const session of sessions)
      await waitFor(() => isCached(session), { what: `an entry of user ${session.user.id}` });
  }

  /** Presents the tokens to all the instances, again and again, until something has happened. */
  async presentUntil(
    event: Promise<unknown>,
    instances: readonly Instance[],
    sessions: readonly TestSession[],
  ): Promise<void> {
    let happened = false;
    const waiting = event.finally(() => (happened = true));
    const worker = async (instance: Instance) => {
      while (!happened) for (const session of sessions) await this.read(instance, session);
    };
    await Promise.all([waiting, ...instances.flatMap((instance) => [worker(instance), worker(instance)])]);
  }

  logout(instance: Instance, session: TestSession): Promise<Operation> {
    const facts = { kind: 'logout' as const, ends: [session.id] };
    return this.withToken(instance, session, facts, logoutCall(session));
  }

  /** One session ends another of the same user. */
  revoke(instance: Instance, by: TestSession, target: TestSession): Promise<Operation> {
    const facts = { kind: 'revoke' as const, ends: [target.id] };
    return this.withToken(instance, by, facts, { method: 'DELETE', path: `/api/v1/sessions/${target.id}` });
  }

  /** The administrator ends one session of a person. */
  endSession(instance: Instance, { id, user }: TestSession): Promise<Operation> {
    const call = { method: 'DELETE', path: `/sessions/${id}` };
    return this.change(instance, user, { kind: 'revoke', ends: [id] }, call);
  }

  /**
   * Logs in with the user's password.
   * @param ends the sessions that this login ends, because the account has too many
   */
  async login(instance: Instance, user: TestUser, ends?: string[]): Promise<TestSession | undefined> {
    const { password } = user;
    if (password === undefined) return undefined;
    const facts: Facts = { kind: 'login', userId: user.id, password, ...(ends && { ends }) };
    let session: TestSession | undefined;
    await this.recorder.record(
      instance,
      facts,
      loginCall(user),
      ({ access_token: access = '', refresh_token: refresh }) => {
        session = { id: claimsOf(access).sid, user, access, accessExpiresAt: expiryOf(access), refresh };
        return { opened: session.id };
      },
    );
    return session;
  }

  /**
   * Exchanges the refresh token. With a key, an exchange without an answer can be repeated, by calling this again;
   * without one, nobody knows afterwards which token is the current one.
   */
  async refresh(instance: Instance, session: TestSession, newKey?: string): Promise<Operation> {
    const { refresh: token = '' } = session;
    const key = session.retryKey ?? newKey;
    session.refresh = undefined;
    const operation = await this.exchange(instance, session, token, key);
    const isUnanswered = operation.status === 0 || operation.status >= 500;
    session.retryKey = isUnanswered ? key : undefined;
    if (isUnanswered && key !== undefined) session.refresh = token;
    return operation;
  }

  /** Presents a refresh token with the key of its first exchange once more; the answer changes nothing. */
  repeatRefresh(instance: Instance, session: TestSession, token: string, key: string): Promise<Operation> {
    const { refresh } = session;
    return this.exchange(instance, session, token, key).finally(() => (session.refresh = refresh));
  }

  /** Presents a refresh token of two exchanges ago, as a thief would: it is refused, and the session ends. */
  presentStale(instance: Instance, session: TestSession): Promise<Operation> {
    const { id: sessionId, user } = session;
    const facts: Facts = { kind: 'refresh', userId: user.id, sessionId, ends: [sessionId] };
    return this.recorder.record(instance, facts, refreshCall(session, session.stale ?? ''));
  }

  /** @param others the other sessions of the user that the load knows; all of them end */
  async changePassword(
    instance: Instance,
    session: TestSession,
    next: string,
    others: readonly TestSession[],
  ): Promise<Operation> {
    const { password = '' } = session.user;
    const body = { current_password: password, new_password: next };
    const facts = { kind: 'set-password' as const, sets: next, password, ends: others.map(({ id }) => id) };
    return this.withToken(instance, session, facts, { method: 'POST', path: `${ME}/change-password`, body });
  }

  setRole(instance: Instance, user: TestUser, role: string): Promise<Operation> {
    return this.change(instance, user, { kind: 'set-role', sets: role }, { body: { role } });
  }

  /** @param known its sessions that the load knows; deactivation ends them and those that it does not know */
  setActive(
    instance: Instance,
    user: TestUser,
    active: boolean,
    known: readonly TestSession[],
  ): Promise<Operation> {
    const facts = { kind: 'set-active' as const, sets: String(active), ...(active ? {} : endsOf(known)) };
    return this.change(instance, user, facts, { body: { is_active: active } });
  }

  /** @param known its sessions that the load knows */
  endAll(instance: Instance, user: TestUser, known: readonly TestSession[]): Promise<Operation> {
    return this.change(
      instance,
      user,
      { kind: 'end-all', ...endsOf(known) },
      { method: 'DELETE', path: '/sessions' },
    );
  }

  erase(instance: Instance, user: TestUser, known: readonly TestSession[]): Promise<Operation> {
    return this.change(instance, user, { kind: 'erase', ...endsOf(known) }, { method: 'DELETE' });
  }

  /** @param known every session that the load knows, beside that of the administrator */
  endEverybody(instance: Instance, known: readonly TestSession[]): Promise<Operation> {
    const { administrator } = this;
    const facts = { kind: 'end-everybody' as const, ends: [administrator, ...known].map(({ id }) => id) };
    const call = { method: 'POST', path: '/api/v1/sessions/end-everybody' };
    return this.withToken(instance, administrator, facts, call);
  }

  private exchange(
    instance: Instance,
    session: TestSession,
    token: string,
    key: string | undefined,
  ): Promise<Operation> {
    const byCookie = isByCookie(session);
    const exchange = { presented: claimsOf(token).jti, byCookie, ...(key && { key }) };
    const facts: Facts = { kind: 'refresh', userId: session.user.id, sessionId: session.id, exchange };
    const call = refreshCall(session, token, key);
    return this.recorder.record(instance, facts, call, ({ refresh_token: successor = '' }) => {
      session.refresh = successor;
      return { exchange: { ...exchange, successor: claimsOf(successor).jti } };
    });
  }

  private asClient(instance: Instance, client: TestClient, facts: Facts, token: string): Promise<Operation> {
    const [body, headers] = [new URLSearchParams({ token }), { authorization: basic(client) }];
    const call = { method: 'POST', path: '/oauth2/introspect', body, headers };
    return this.recorder.record(instance, facts, call);
  }

  /** What the administrator does to an account. @param path below that of the account */
  private change(
    instance: Instance,
    { id: userId }: TestUser,
    facts: Omit<Facts, 'userId'>,
    { method = 'PATCH', path = '', body }: Partial<Call>,
  ): Promise<Operation> {
    const call = { method, path: `/api/v1/users/${userId}${path}`, body };
    return this.administer(instance, { ...facts, userId }, call);
  }

  private administer(instance: Instance, facts: Facts, call: Call): Promise<Operation> {
    const { id: sessionId, access: token } = this.administrator;
    return this.recorder.record(instance, { ...facts, sessionId }, { ...call, token });
  }

  private withToken(
    instance: Instance,
    { id: sessionId, user, access: token, accessExpiresAt: expiresAt }: TestSession,
    facts: Omit<Facts, 'userId'>,
    call: Call,
  ): Promise<Operation> {
    return this.recorder.record(
      instance,
      { ...facts, userId: user.id, sessionId, expiresAt },
      { ...call, token },
    );
  }
}

const endsOf = (sessions: readonly TestSession[]) => ({ ends: sessions.map(({ id }) => id) });
