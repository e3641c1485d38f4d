import { randomUUID } from 'node:crypto';
import { AppProcess } from '../../../test/support/app/app-process.js';
import { createTestDatabase } from '../../../test/support/postgres/test-database.js';
import { TokenKey } from '../../../test/e2e/support/live-tokens.js';
import { createClient, type ErgodriveClient, type Session, type SessionStore } from '../src/index.js';

const key = new TokenKey();

/** The built service on a database of its own. */
export async function startService(): Promise<AppProcess> {
  const { url } = await createTestDatabase();
  return AppProcess.start({
    env: { DATABASE_URL: url, JWT_SECRET: key.secret, RATE_LIMIT_ENABLED: 'false' },
  });
}

/** The session with an access token that expired a minute ago. */
export function expired(session: Session): Session {
  const [, payload = ''] = session.accessToken.split('.');
  const { sub, sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    'sub' | 'sid',
    string
  >;
  return { ...session, accessToken: key.sign(sub, sid, -60) };
}

/** Keeps a session where the test can see it. */
export class VisibleStore implements SessionStore {
  session: Session | undefined;

  load(): Session | undefined {
    return this.session;
  }

  save(session: Session | undefined): void {
    this.session = session;
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

/** A client of a new account that has logged in. */
export async function logInAnew(
  baseUrl: string,
): Promise<{ client: ErgodriveClient; store: VisibleStore; observed: ObservedFetch; session: Session }> {
  const [store, observed] = [new VisibleStore(), new ObservedFetch()];
  const client = createClient({ baseUrl, store, fetch: observed.send });
  const account = { email: `${randomUUID()}@example.org`, password: 'correct horse battery' };
  await client.api.auth.register({ body: { ...account, full_name: 'Ada Lovelace' }, throwOnError: true });
  await client.logIn(account);
  if (store.session === undefined) throw new Error('the login left no session');
  return { client, store, observed, session: store.session };
}
