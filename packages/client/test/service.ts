import { randomUUID } from 'node:crypto';
import { AppProcess } from '../../../test/support/app/app-process.js';
import { createTestDatabase } from '../../../test/support/postgres/test-database.js';
import { TokenKey } from '../../../test/e2e/support/live-tokens.js';
import {
  createClient,
  type ClientOptions,
  type ClientState,
  type ErgodriveClient,
  type Session,
  type SessionStore,
} from '../src/index.js';

const key = new TokenKey();

/** The built service on a database of its own. */
export async function startService(env: Readonly<Record<string, string>> = {}): Promise<AppProcess> {
  const { url } = await createTestDatabase();
  return AppProcess.start({
    env: { DATABASE_URL: url, JWT_SECRET: key.secret, RATE_LIMIT_ENABLED: 'false', ...env },
  });
}

/** The session with an access token that expired a minute ago. */
export const expired = (session: Session): Session => withLife(session, -60);

/** The session with an access token of another life; the client goes on expecting the life before. */
export function withLife(session: Session, lifeSeconds: number): Session {
  const [, payload = ''] = session.accessToken.split('.');
  const { sub, sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    'sub' | 'sid',
    string
  >;
  return { ...session, accessToken: key.sign(sub, sid, lifeSeconds) };
}

/** Keeps the state where the test can see it. */
export class VisibleStore implements SessionStore {
  state: ClientState = {};

  load(): ClientState {
    return this.state;
  }

  save(state: ClientState): void {
    this.state = state;
  }

  get session(): Session | undefined {
    return this.state.session;
  }

  set session(session: Session | undefined) {
    const { session: _before, ...rest } = this.state;
    this.state = session === undefined ? rest : { ...rest, session };
  }
}

/** A store that several clients share, and that tells each of them about what the others save. */
export class SharedStore extends VisibleStore {
  private readonly listeners: (() => void)[] = [];

  override save(state: ClientState): void {
    super.save(state);
    for (const listener of this.listeners) queueMicrotask(listener);
  }

  subscribe(listener: () => void): void {
    this.listeners.push(listener);
  }
}

/** Sends requests to the service, and records their paths. `answer` may answer instead, or fail. */
export class ObservedFetch {
  readonly paths: string[] = [];
  answer: (request: Request) => Promise<Response> = (request) => fetch(request);

  readonly send = (request: Request): Promise<Response> => {
    this.paths.push(new URL(request.url).pathname);
    return this.answer(request);
  };

  get exchanges(): number {
    return this.paths.filter((path) => path === '/api/v1/auth/refresh').length;
  }
}

export interface LoggedIn {
  client: ErgodriveClient;
  store: VisibleStore;
  observed: ObservedFetch;
  session: Session;
  account: { email: string; password: string };
}

/** A client of a new account that has logged in. */
export async function logInAnew(
  baseUrl: string,
  options: Partial<ClientOptions> & { store?: VisibleStore } = {},
): Promise<LoggedIn> {
  const { store = new VisibleStore() } = options;
  const observed = new ObservedFetch();
  const client = createClient({ baseUrl, fetch: observed.send, ...options, store });
  const account = { email: `${randomUUID()}@example.org`, password: 'correct horse battery' };
  await client.api.auth.register({ body: { ...account, full_name: 'Ada Lovelace' }, throwOnError: true });
  await client.logIn(account);
  if (store.session === undefined) throw new Error('the login left no session');
  return { client, store, observed, session: store.session, account };
}

/** The session ends without a word of its client. */
export const endElsewhere = (url: string, { accessToken }: Session) =>
  fetch(`${url}/api/v1/auth/logout`, { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } });
