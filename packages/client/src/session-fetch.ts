import type { AuthRefreshData, ProblemDto, TokensDto } from './generated/types.gen.js';
import type { Lock, Session, SessionStore } from './session.js';

type Fetch = (request: Request) => Promise<Response>;

const BEARER = 'Bearer ';
const REFRESH_PATH: AuthRefreshData['url'] = '/api/v1/auth/refresh';

/** The codes of a 401 that another access token may mend. A token is invalid when the key that signed it was removed. */
const REFRESHABLE = ['token_expired', 'token_invalid'];
/** The code of a 401 after which the session of the token cannot be used again. */
const ENDED = 'token_revoked';

export function sessionOf({ access_token, refresh_token }: TokensDto): Session {
  return { accessToken: access_token, refreshToken: refresh_token };
}

/** Sends requests, and repeats one whose access token was refused with the next token. */
export class SessionFetch {
  /** @param baseUrl without a slash at the end */
  constructor(
    private readonly baseUrl: string,
    private readonly send: Fetch,
    private readonly store: SessionStore,
    private readonly lock: Lock,
  ) {}

  /**
   * The answer to the request, after one refresh at most. When the refresh fails, its answer is the answer: 503 or 429 with
   * `Retry-After`, or 401 when the session has ended.
   */
  async fetch(request: Request): Promise<Response> {
    const repeated = request.clone();
    const response = await this.send(request);
    const token = bearerOf(request);
    if (response.status !== 401 || token === undefined) return response;
    const next = await this.lock(async () => this.afterRefusal(token, await codeOf(response)));
    if (next === undefined) return response;
    if (next instanceof Response) return next;
    repeated.headers.set('authorization', BEARER + next);
    return this.send(repeated);
  }

  /** The token to use instead of a refused one, the answer of a failed refresh, or undefined without a session. */
  private async afterRefusal(
    refused: string,
    code: string | undefined,
  ): Promise<string | Response | undefined> {
    const session = await this.store.load();
    // Another request has refreshed, or another client of the store has logged in or out.
    if (session?.accessToken !== refused) return session?.accessToken;
    if (code !== undefined && REFRESHABLE.includes(code)) return this.exchange(session);
    if (code === ENDED) await this.store.save(undefined);
    return undefined;
  }

  /** The key is stored before it is sent, so that a lost answer can be asked for again, also after a restart. */
  private async exchange(session: Session): Promise<string | Response> {
    const { refreshToken, exchangeKey = crypto.randomUUID() } = session;
    await this.store.save({ ...session, exchangeKey });
    const response = await this.send(
      new Request(this.baseUrl + REFRESH_PATH, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': exchangeKey },
        body: JSON.stringify({ refresh_token: refreshToken } satisfies AuthRefreshData['body']),
      }),
    );
    if (response.status === 401) await this.store.save(undefined);
    if (!response.ok) return response;
    const next = sessionOf((await response.json()) as TokensDto);
    await this.store.save(next);
    return next.accessToken;
  }
}

function bearerOf({ headers }: Request): string | undefined {
  const value = headers.get('authorization');
  return value?.startsWith(BEARER) ? value.slice(BEARER.length) : undefined;
}

/** The code of a problem document, without using up the body. */
async function codeOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return (body as Partial<ProblemDto> | undefined)?.code;
}
