import {
  createClient as createHttpClient,
  createConfig,
  type RequestResult,
} from './generated/client/index.js';
import { Api } from './generated/sdk.gen.js';
import type {
  AuthLoginJsonErrors,
  AuthLoginJsonResponses,
  AuthLogoutErrors,
  AuthLogoutResponses,
  LoginDto,
  ProblemDto,
} from './generated/types.gen.js';
import { memoryStore, oneAfterTheOther, type Lock, type SessionStore } from './session.js';
import { SessionFetch, sessionOf } from './session-fetch.js';

export interface ClientOptions {
  /** Where the service is, such as `https://auth.example.org`. */
  baseUrl: string;
  /** Where the session is kept; in memory by default. */
  store?: SessionStore;
  /** Needed where several clients share a store: `(work) => navigator.locks.request('auth', work)` for the tabs of a browser. */
  lock?: Lock;
  /** Sends each request; the global `fetch` by default. */
  fetch?: (request: Request) => Promise<Response>;
}

export interface ErgodriveClient {
  /**
   * Every operation of the OpenAPI document. Each returns `{ data, error, response }`: a failure is a value, `error`, a problem
   * document (RFC 9457). A request without an answer rejects, as `fetch` does.
   */
  readonly api: Api;
  /** Logs in, and keeps the session. */
  logIn(credentials: LoginDto): RequestResult<AuthLoginJsonResponses, AuthLoginJsonErrors, false>;
  /** Ends the session here and on the service. After a failure other than 401 the session is kept: it is still live. */
  logOut(): RequestResult<AuthLogoutResponses, AuthLogoutErrors, false>;
}

/** A client that sends the access token with each operation that needs it, and exchanges the refresh token when it has expired. */
export function createClient(options: ClientOptions): ErgodriveClient {
  const {
    store = memoryStore(),
    lock = oneAfterTheOther(),
    fetch: send = (request) => fetch(request),
  } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const sessions = new SessionFetch(baseUrl, send, store, lock);
  const client = createHttpClient(
    createConfig({
      baseUrl,
      auth: async ({ scheme }) => (scheme === 'bearer' ? (await store.load())?.accessToken : undefined),
      fetch: (request) => sessions.fetch(request as Request),
    }),
  );
  client.interceptors.error.use(asProblem);
  const api = new Api({ client });
  return {
    api,
    logIn: (body) =>
      lock(async () => {
        const result = await api.auth.loginJson({ body });
        if (result.data !== undefined) await store.save(sessionOf(result.data));
        return result;
      }),
    logOut: async () => {
      const result = await api.auth.logout();
      if (result.data !== undefined) await lock(async () => store.save(undefined));
      return result;
    },
  };
}

/** A problem document for a failure that is none, such as a proxy's page. Without an answer there is nothing to describe. */
function asProblem(error: unknown, response: Response | undefined): unknown {
  if (response === undefined) throw error;
  if (typeof error === 'object' && error !== null) return error;
  const { status, statusText } = response;
  const detail = 'The answer is not a problem document';
  return {
    type: 'about:blank',
    title: statusText,
    status,
    detail,
    code: 'unknown',
    request_id: '',
  } satisfies ProblemDto;
}
