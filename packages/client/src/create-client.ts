import {
  createClient as createHttpClient,
  createConfig,
  type RequestResult,
} from './generated/client/index.js';
import { Api } from './generated/sdk.gen.js';
import type {
  AcceptInvitationDto,
  AuthAcceptInvitationErrors,
  AuthAcceptInvitationResponses,
  AuthLoginJsonErrors,
  AuthLoginJsonResponses,
  AuthLogoutErrors,
  AuthLogoutResponses,
  LoginDto,
  ProblemDto,
  TokensDto,
} from './generated/types.gen.js';
import { cookieStore } from './cookie-store.js';
import type { LiveSocketConstructor } from './live-socket.js';
import type { WatchHandlers } from './live-watch.js';
import { LiveWatches } from './live-watches.js';
import { allowedOrigins } from './origins.js';
import { memoryStore, oneAfterTheOther, type Lock, type SessionEnd, type SessionStore } from './session.js';
import { SessionFetch } from './session-fetch.js';
import { SessionKeeper } from './session-keeper.js';
import { BODY, COOKIE } from './token-carrier.js';
import { randomKey, sessionOf, TokenExchange, type Send } from './token-exchange.js';

export interface ClientOptions {
  /** Where the service is, such as `https://auth.example.org`. */
  baseUrl: string;
  /** Which other origins get the access token by `client.fetch`, such as `https://api.example.org`. */
  origins?: readonly string[];
  /** Called once when the session has ended, whoever ended it: the place to go to the login. */
  onEnd?: (end: SessionEnd) => void;
  /**
   * Where the refresh token is: with `cookie`, in a cookie that scripts cannot read. For pages of the service's own site, which the service
   * names in `CORS_ORIGINS` if their origin is another one. The access token is in memory, and there is no `store` and no `lock`.
   */
  carrier?: 'cookie';
  /** Where the session is kept; in memory by default. `sharedByTabs` keeps it for the tabs of a browser. */
  store?: SessionStore;
  /** Needed where clients in several tabs or processes share a store; by default it holds for this client. */
  lock?: Lock;
  /** Sends each request; the global `fetch` by default. */
  fetch?: (request: Request) => Promise<Response>;
  /** Opens the live channel; the global `WebSocket` by default. Node.js 20 has none: give that of the package `ws`. */
  WebSocket?: LiveSocketConstructor;
}

export interface ErgodriveClient {
  /**
   * Every operation of the OpenAPI document. Each returns `{ data, error, response }`: a failure is a value, `error`, a problem
   * document (RFC 9457). A request without an answer rejects, as `fetch` does.
   */
  readonly api: Api;
  /**
   * As the global `fetch`, with the access token, to the service and the `origins`. A 401 for the token is refreshed once, and the
   * request repeated. A redirect rejects, unless `redirect` is `manual`. A `ReadableStream` in `init.body` is sent once: after a refresh
   * the caller gets the 401.
   *
   * @throws TypeError for any other origin; nothing is sent
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Logs in, and keeps the session. */
  logIn(credentials: LoginDto): RequestResult<AuthLoginJsonResponses, AuthLoginJsonErrors, false>;
  /** Makes the account of an invitation by the token of its mail, and keeps the session. */
  acceptInvitation(
    acceptance: AcceptInvitationDto,
  ): RequestResult<AuthAcceptInvitationResponses, AuthAcceptInvitationErrors, false>;
  /**
   * Whether there is a session: after a reload, `carrier: 'cookie'` asks the service for that of the cookie, and a `store` is looked into.
   *
   * @throws Error when the service does not say; try again
   */
  resume(): Promise<boolean>;
  /** Ends the session here and on the service. After a failure other than 401 the session is kept: it is still live. */
  logOut(): RequestResult<AuthLogoutResponses, AuthLogoutErrors, false>;
  /**
   * Opens the live channel of the session, and keeps it open until the session ends, another login replaces it, or `close()`.
   *
   * @param sessionId of another session, for admins of any account. Its end is not the client's; without a reason it may not be watched.
   * @throws Error without a session, TypeError without a WebSocket
   */
  watch(handlers: WatchHandlers, sessionId?: string): Promise<Watch>;
}

export interface Watch {
  /** Ends the watch; no handler is called again. */
  close(): void;
}

/** The result of a request that opens a session. */
interface OpeningResult {
  data?: TokensDto | undefined;
  response?: Response | undefined;
}

/** What the generated code writes into the header of an operation that needs a token; {@link SessionFetch} has the token. */
const PLACEHOLDER = 'session';

/** A client that sends the access token with each operation that needs it, and exchanges the refresh token when it has expired. */
export function createClient(options: ClientOptions): ErgodriveClient {
  const { fetch: send = (request) => fetch(request) } = options;
  const service = serviceOf(options.baseUrl);
  const { carrier, store, lock } = keepingOf(options, service);
  const baseUrl = service.href.replace(/\/+$/, '');
  const watches = new LiveWatches();
  const onEnd = (end: SessionEnd) => {
    watches.end(end);
    // Not in the middle of a request: what the callback throws is not the failure of the request.
    queueMicrotask(() => options.onEnd?.(end));
  };
  const keeper = new SessionKeeper(store, lock, onEnd, () => watches.reason());
  const exchange = new TokenExchange(baseUrl, send, keeper, carrier);
  const sessions = new SessionFetch(send, keeper, exchange, allowedOrigins(service, options.origins));
  const api = createApi(baseUrl, send, sessions);
  /** Keeps the session that the request opens, in the place of another one. */
  const opening = <Result extends OpeningResult>(request: () => Promise<Result>): Promise<Result> =>
    keeper.exclusive(async () => {
      const id = randomKey();
      const result = await request();
      if (result.data === undefined) return result;
      watches.closeAll();
      await keeper.keep(
        sessionOf(result.data, carrier.nameOf(result.data, id)),
        result.response?.headers.get('device-token'),
      );
      return result;
    });
  return {
    api,
    fetch: async (input, init) =>
      sessions.fetch(
        new Request(input, { ...init, redirect: redirectOf(input, init) }),
        !isStream(init?.body),
      ),
    logIn: (body) =>
      opening(async () => {
        const deviceToken = await keeper.deviceToken();
        const { headers, ...others } = carrier.options;
        const device = deviceToken === undefined ? {} : { 'Device-Token': deviceToken };
        return api.auth.loginJson({ body, ...others, headers: { ...headers, ...device } });
      }),
    acceptInvitation: (body) => opening(() => api.auth.acceptInvitation({ body, ...carrier.options })),
    resume: () => exchange.resume(),
    logOut: async () => {
      if (carrier.isHidden) await exchange.resume();
      const session = await keeper.session();
      const result = await api.auth.logout(carrier.options);
      if (result.data !== undefined && session !== undefined) {
        await keeper.exclusive(() => keeper.remove(session.id, 'logout'));
      }
      return result;
    },
    watch: async (handlers, sessionId) => {
      const Socket = options.WebSocket ?? (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
      if (Socket === undefined) throw new TypeError('There is no global WebSocket: give one as an option');
      const session = await keeper.session();
      if (session === undefined) throw new Error('There is no session to watch: log in first');
      const setting = {
        baseUrl,
        Socket,
        keeper,
        exchange,
        sessionId: () => (sessionId === undefined ? currentSessionId(api) : Promise.resolve(sessionId)),
        isOwn: sessionId === undefined,
      };
      const watch = watches.open(setting, handlers, session);
      return { close: () => watches.close(watch) };
    },
  };
}

/** Throws TypeError for a place of the session beside the cookie. */
function keepingOf({ carrier, store, lock }: ClientOptions, service: URL) {
  if (carrier === undefined)
    return { carrier: BODY, store: store ?? memoryStore(), lock: lock ?? oneAfterTheOther() };
  if (store !== undefined || lock !== undefined)
    throw new TypeError('carrier: "cookie" has no store and no lock: the browser keeps the refresh token');
  return { carrier: COOKIE, ...cookieStore(`ergodrive ${service.origin}`) };
}

/** In a browser the address may be relative to the page. */
function serviceOf(baseUrl: string): URL {
  return new URL(baseUrl, (globalThis as { location?: Location }).location?.href);
}

function createApi(baseUrl: string, send: Send, sessions: SessionFetch): Api {
  const client = createHttpClient(
    createConfig({
      baseUrl,
      redirect: 'error',
      auth: ({ scheme }) => (scheme === 'bearer' ? PLACEHOLDER : undefined),
      fetch: (input) => {
        const request = input as Request;
        const needsToken = request.headers.get('authorization') === `Bearer ${PLACEHOLDER}`;
        return needsToken ? sessions.fetch(request) : send(request);
      },
    }),
  );
  client.interceptors.error.use(asProblem);
  return new Api({ client });
}

/** The newest sessions come first, and the list may have several pages. */
async function currentSessionId(api: Api): Promise<string> {
  for (let page = 1; ; page += 1) {
    const query = { page, page_size: 100 };
    const { data } = await api.sessions.list({ query, throwOnError: true });
    const current = data.sessions.find((session) => session.current);
    if (current !== undefined) return current.id;
    if (page * query.page_size >= data.total) throw new Error('The session is not in the list');
  }
}

/** A redirect that is followed could carry the token to another origin. */
function redirectOf(input: string | URL | Request, init: RequestInit | undefined): RequestRedirect {
  const asked =
    init?.redirect ?? (typeof input === 'object' && 'redirect' in input ? input.redirect : undefined);
  return asked === 'manual' ? 'manual' : 'error';
}

/** Whether the body can be read once only: a ReadableStream, or in Node.js an async iterable. */
function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
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
