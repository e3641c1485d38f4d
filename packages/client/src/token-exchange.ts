import type { AuthRefreshData, TokensDto } from './generated/types.gen.js';
import { codeOf } from './refusal.js';
import type { Session } from './session.js';
import type { SessionKeeper } from './session-keeper.js';
import type { TokenCarrier } from './token-carrier.js';

export type Send = (request: Request) => Promise<Response>;

const REFRESH_PATH: AuthRefreshData['url'] = '/api/v1/auth/refresh';
const MAX_ATTEMPTS = 5;
/** Of all waits of an exchange together: the requests of all tabs wait with it. */
const MAX_WAIT_SECONDS = 30;

/** @param id of the login that the tokens belong to */
export function sessionOf({ access_token, refresh_token, expires_in }: TokensDto, id: string): Session {
  return {
    id,
    accessToken: access_token,
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    expiresAt: Date.now() + expires_in * 1000,
  };
}

/** 128 random bits. `crypto.randomUUID` is missing in React Native, and in browsers without HTTPS. */
export function randomKey(): string {
  if ((globalThis as { crypto?: Crypto }).crypto?.getRandomValues === undefined) {
    throw new TypeError(
      'crypto.getRandomValues is missing: React Native needs react-native-get-random-values',
    );
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Exchanges refresh tokens for the next pair, one after the other. */
export class TokenExchange {
  /** @param baseUrl without a slash at the end */
  constructor(
    private readonly baseUrl: string,
    private readonly send: Send,
    private readonly keeper: SessionKeeper,
    private readonly carrier: TokenCarrier,
  ) {}

  /**
   * The same login with an access token other than the refused one; the answer of a failed exchange; or undefined when the store
   * holds that login no more: the tokens of another login must not be used instead.
   */
  renew(refused: Session): Promise<Session | Response | undefined> {
    return this.keeper.exclusive(async () => {
      const session = await this.keeper.session();
      if (session?.id !== refused.id) return undefined;
      // Another request, or another client of the store, has refreshed.
      if (session.accessToken !== refused.accessToken) return session;
      return this.exchange(session);
    });
  }

  /**
   * Whether there is a session: that of the store, or else the one whose refresh token the browser has.
   *
   * @throws Error when the service refuses to say, TypeError without an answer
   */
  resume(): Promise<boolean> {
    return this.keeper.exclusive(async () => {
      if ((await this.keeper.session()) !== undefined) return true;
      if (!this.carrier.isHidden) return false;
      const response = await this.present();
      if (response.status === 401) {
        // An answer that nobody reads keeps its connection busy.
        await response.body?.cancel();
        return false;
      }
      if (!response.ok) throw new Error(`No session: ${response.status} ${(await codeOf(response)) ?? ''}`);
      const tokens = (await response.json()) as TokensDto;
      await this.keeper.keep(sessionOf(tokens, this.carrier.nameOf(tokens, '')));
      return true;
    });
  }

  private async exchange(session: Session): Promise<Session | Response | undefined> {
    const { id } = session;
    const response = await this.present(session);
    if (response.status === 401) {
      const code = await codeOf(response);
      if (code === 'token_expired') await this.keeper.remove(id, 'expired');
      else await this.keeper.refused(id, (work) => work());
    }
    if (!response.ok) return response;
    const tokens = (await response.json()) as TokensDto;
    if (this.carrier.nameOf(tokens, id) !== id) {
      await this.keeper.remove(id, 'other_login');
      return undefined;
    }
    const next = sessionOf(tokens, id);
    await this.keeper.keep(next);
    return next;
  }

  private async present(session?: Session): Promise<Response> {
    // Stored before it is sent, so that a lost answer can be asked for again, also after a restart.
    const key = await this.keeper.exchangeKey(randomKey);
    const { headers, ...token } = this.carrier.present(session);
    const { options } = this.carrier;
    return this.sendPatiently(
      () =>
        new Request(this.baseUrl + REFRESH_PATH, {
          method: 'POST',
          ...options,
          ...token,
          headers: { ...options.headers, ...headers, 'idempotency-key': key },
          redirect: 'error',
        }),
    );
  }

  /** Repeats a request that was answered by 429 or 5xx, after the wait that the answer asks for. */
  private async sendPatiently(request: () => Request): Promise<Response> {
    let waited = 0;
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.send(request());
      if (response.status !== 429 && response.status < 500) return response;
      const seconds = retryAfterOf(response) ?? attempt;
      waited += seconds;
      if (attempt === MAX_ATTEMPTS || waited > MAX_WAIT_SECONDS) return response;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}

/** In seconds; undefined without the header, and for a date. */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}
