import { refusalOf } from './refusal.js';
import type { SessionKeeper } from './session-keeper.js';
import type { Send, TokenExchange } from './token-exchange.js';

/** The codes of a 401 that another access token may mend. A token is invalid when the key that signed it was removed. */
const REFRESHABLE = ['token_expired', 'token_invalid'];
/** The code of a 401 after which the session of the token cannot be used again. */
const ENDED = 'token_revoked';

/** Sends requests with the access token, and repeats one whose access token was refused with the next token of the same login. */
export class SessionFetch {
  /** @param origins that may get the token */
  constructor(
    private readonly send: Send,
    private readonly keeper: SessionKeeper,
    private readonly exchange: TokenExchange,
    private readonly origins: ReadonlySet<string>,
  ) {}

  /**
   * The answer to the request, after one refresh at most. When the refresh fails, its answer is the answer: 503 or 429 with
   * `Retry-After`, or 401 when the session has ended. Without a session the request is sent without a token.
   *
   * @param request does not follow redirects: they could carry the token to another origin
   * @param isRepeatable false for a body that can be read once: after the refresh the caller gets the 401
   * @throws TypeError for an origin that was not named
   */
  async fetch(request: Request, isRepeatable = true): Promise<Response> {
    const { origin } = new URL(request.url);
    if (!this.origins.has(origin)) {
      throw new TypeError(`The access token is not for ${origin}: name it in the option "origins" if it is`);
    }
    request.headers.delete('authorization');
    const session = await this.keeper.usable();
    if (session === undefined) return this.send(request);
    const repeated = isRepeatable ? request.clone() : undefined;
    const response = await this.send(withToken(request, session.accessToken));
    if (response.status !== 401) return response;
    const code = await refusalOf(response);
    if (code === ENDED) await this.keeper.refused(session.id, (work) => this.keeper.exclusive(work));
    if (code === undefined || !REFRESHABLE.includes(code)) return response;
    const next = await this.exchange.renew(session);
    if (next === undefined) return response;
    if (!('accessToken' in next)) return next;
    return repeated === undefined ? response : this.send(withToken(repeated, next.accessToken));
  }
}

function withToken(request: Request, accessToken: string): Request {
  request.headers.set('authorization', `Bearer ${accessToken}`);
  return request;
}
