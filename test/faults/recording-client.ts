import type { ApiResponse } from '../support/api-client.js';
import type { RedisServer } from '../support/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import type { History, Operation, OperationKind } from './history.js';
import type { Instance } from './instance.js';
import { PASSWORD, type TestSession, type TestUser } from './population.js';

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
    return this.withToken(instance, session, kind, 'GET', path);
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
    const lane = async (instance: Instance) => {
      while (!happened) for (const session of sessions) await this.read(instance, session);
    };
    await Promise.all([waiting, ...instances.flatMap((instance) => [lane(instance), lane(instance)])]);
  }

  logout(instance: Instance, session: TestSession): Promise<Operation> {
    return this.withToken(instance, session, 'logout', 'POST', '/api/v1/auth/logout', [session.id]);
  }

  /** One session ends another of the same user. */
  revoke(instance: Instance, by: TestSession, target: TestSession): Promise<Operation> {
    return this.withToken(instance, by, 'revoke', 'DELETE', `/api/v1/sessions/${target.id}`, [target.id]);
  }

  async login(instance: Instance, user: TestUser): Promise<TestSession | undefined> {
    const { email } = user;
    const call = { method: 'POST', path: '/api/v1/auth/login/json', body: { email, password: PASSWORD } };
    let session: TestSession | undefined;
    await this.record(
      instance,
      { kind: 'login', userId: user.id },
      call,
      ({ access_token, refresh_token }) => {
        session = { id: sessionIdOf(access_token!), user, access: access_token!, refresh: refresh_token };
        return { opened: session.id };
      },
    );
    return session;
  }

  /** Exchanges the refresh token; after a lost answer nobody knows which token is the current one. */
  async refresh(instance: Instance, session: TestSession): Promise<Operation> {
    const { refresh } = session;
    session.refresh = undefined;
    const call = { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: refresh } };
    const facts: Facts = { kind: 'refresh', userId: session.user.id, sessionId: session.id };
    return this.record(instance, facts, call, ({ refresh_token }) => {
      session.refresh = refresh_token;
      return {};
    });
  }

  /** Presents a refresh token of two exchanges ago, as a thief would: it is refused, and the session ends. */
  presentStale(instance: Instance, session: TestSession): Promise<Operation> {
    const body = { refresh_token: session.stale };
    const facts: Facts = {
      kind: 'refresh',
      userId: session.user.id,
      sessionId: session.id,
      ends: [session.id],
    };
    return this.record(instance, facts, { method: 'POST', path: '/api/v1/auth/refresh', body });
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
    const call = {
      method: 'DELETE',
      path: `/api/v1/users/${user.id}/sessions`,
      token: this.administrator.access,
    };
    return this.record(instance, facts, call);
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
    session: TestSession,
    kind: OperationKind,
    method: string,
    path: string,
    ends?: string[],
  ): Promise<Operation> {
    const facts: Facts = { kind, userId: session.user.id, sessionId: session.id, ...(ends && { ends }) };
    return this.record(instance, facts, { method, path, token: session.access });
  }

  private async record(
    instance: Instance,
    facts: Facts,
    { method, path, token, body }: Call,
    onSuccess: (answer: Answer) => Partial<Operation> = () => ({}),
  ): Promise<Operation> {
    const start = performance.now();
    const outcome = await instance.client
      .send<Answer>(method, path, { ...(token && { token }), body, timeoutMs: TIMEOUT_MS })
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

function sessionIdOf(token: string): string {
  const [, payload = ''] = token.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sid: string }).sid;
}
