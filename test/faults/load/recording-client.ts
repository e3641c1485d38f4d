import type { ApiResponse } from '../../support/app/api-client.js';
import type { RedisServer } from '../../support/redis/redis-server.js';
import { waitFor } from '../../support/wait-for.js';
import type { History, Operation, OperationKind } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession, TestUser } from './population.js';
import { claimsOf, expiryOf } from './token-claims.js';

interface Answer {
  code?: string;
  role?: string;
  access_token?: string;
  refresh_token?: string;
}

interface Call {
  method: string;
  path: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

type Facts = Partial<Operation> & Pick<Operation, 'kind' | 'userId'>;

const TIMEOUT_MS = 15_000;
const ME = '/api/v1/users/me';

/** Asks instances, and records what was asked and answered. Nothing is ever repeated. */
export class RecordingClient {
  /** @param administrator a session of an administrator, which nobody ends */
  constructor(
    private readonly history: History,
    private readonly administrator: TestSession,
  ) {}

  async read(instance: Instance, session: TestSession, kind: 'me' | 'sessions' = 'me'): Promise<Operation> {
    const path = kind === 'me' ? ME : '/api/v1/sessions';
    return this.withToken(instance, session, { kind }, { method: 'GET', path });
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
    return this.withToken(instance, session, facts, { method: 'POST', path: '/api/v1/auth/logout' });
  }

  /** One session ends another of the same user. */
  revoke(instance: Instance, by: TestSession, target: TestSession): Promise<Operation> {
    const facts = { kind: 'revoke' as const, ends: [target.id] };
    return this.withToken(instance, by, facts, { method: 'DELETE', path: `/api/v1/sessions/${target.id}` });
  }

  /**
   * Logs in with the user's password.
   * @param ends the sessions that this login ends, because the account has too many
   */
  async login(instance: Instance, user: TestUser, ends?: string[]): Promise<TestSession | undefined> {
    const { email, password } = user;
    if (password === undefined) return undefined;
    const call = { method: 'POST', path: '/api/v1/auth/login/json', body: { email, password } };
    const facts: Facts = { kind: 'login', userId: user.id, password, ...(ends && { ends }) };
    let session: TestSession | undefined;
    await this.record(instance, facts, call, ({ access_token: access = '', refresh_token: refresh }) => {
      session = { id: claimsOf(access).sid, user, access, accessExpiresAt: expiryOf(access), refresh };
      return { opened: session.id };
    });
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
    const body = { refresh_token: session.stale };
    const { id: sessionId, user } = session;
    const facts: Facts = { kind: 'refresh', userId: user.id, sessionId, ends: [sessionId] };
    return this.record(instance, facts, { method: 'POST', path: '/api/v1/auth/refresh', body });
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
    const facts = {
      kind: 'set-password' as const,
      sets: next,
      password,
      ends: others.map(({ id }) => id),
    };
    return this.withToken(instance, session, facts, { method: 'POST', path: `${ME}/change-password`, body });
  }

  setRole(instance: Instance, user: TestUser, role: string): Promise<Operation> {
    return this.administer(instance, user, { kind: 'set-role', sets: role }, { role });
  }

  /** @param known its sessions that the load knows; deactivation ends them and those that it does not know */
  setActive(
    instance: Instance,
    user: TestUser,
    active: boolean,
    known: readonly TestSession[],
  ): Promise<Operation> {
    const ends = active ? {} : { ends: known.map(({ id }) => id) };
    const facts = { kind: 'set-active' as const, sets: String(active), ...ends };
    return this.administer(instance, user, facts, { is_active: active });
  }

  endAll(instance: Instance, user: TestUser, known: readonly TestSession[]): Promise<Operation> {
    const facts: Facts = { kind: 'end-all', userId: user.id, ends: known.map(({ id }) => id) };
    const path = `/api/v1/users/${user.id}/sessions`;
    return this.record(instance, facts, { method: 'DELETE', path, token: this.administrator.access });
  }

  private exchange(
    instance: Instance,
    session: TestSession,
    token: string,
    key: string | undefined,
  ): Promise<Operation> {
    const exchange = { presented: claimsOf(token).jti, ...(key && { key }) };
    const facts: Facts = { kind: 'refresh', userId: session.user.id, sessionId: session.id, exchange };
    const headers: Record<string, string> = key ? { 'idempotency-key': key } : {};
    const call = { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: token }, headers };
    return this.record(instance, facts, call, ({ refresh_token: successor = '' }) => {
      session.refresh = successor;
      return { exchange: { ...exchange, successor: claimsOf(successor).jti } };
    });
  }

  private administer(
    instance: Instance,
    user: TestUser,
    facts: Omit<Facts, 'userId'>,
    body: unknown,
  ): Promise<Operation> {
    const token = this.administrator.access;
    const call = { method: 'PATCH', path: `/api/v1/users/${user.id}`, token, body };
    return this.record(instance, { ...facts, userId: user.id }, call);
  }

  private withToken(
    instance: Instance,
    { id: sessionId, user, access: token, accessExpiresAt: expiresAt }: TestSession,
    facts: Omit<Facts, 'userId'>,
    call: Call,
  ): Promise<Operation> {
    return this.record(instance, { ...facts, userId: user.id, sessionId, expiresAt }, { ...call, token });
  }

  private async record(
    instance: Instance,
    facts: Facts,
    { method, path, token, body, headers }: Call,
    onSuccess: (answer: Answer) => Partial<Operation> = () => ({}),
  ): Promise<Operation> {
    const start = performance.now();
    const outcome = await instance.client
      .send<Answer>(method, path, {
        ...(token && { token }),
        ...(headers && { headers }),
        body,
        timeoutMs: TIMEOUT_MS,
      })
      .then(
        (response) => answered(response, facts.kind, onSuccess),
        (error: unknown) => ({ status: 0, code: (error as NodeJS.ErrnoException).code ?? String(error) }),
      );
    const operation = { ...facts, instance: instance.number, start, end: performance.now(), ...outcome };
    this.history.add(operation);
    return operation;
  }
}

function answered(
  { status, body, headers }: ApiResponse<Answer>,
  kind: OperationKind,
  onSuccess: (answer: Answer) => Partial<Operation>,
): Partial<Operation> & { status: number } {
  if (status >= 300) return { status, code: body.code, retryAfter: headers['retry-after'] !== undefined };
  return { status, ...(kind === 'me' && { role: body.role }), ...onSuccess(body) };
}
