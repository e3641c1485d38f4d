import type { ApiClient, ApiRequest, ApiResponse, JsonBody } from '../../support/app/api-client.js';
import type { Credentials, Tokens } from './accounts.js';

const COOKIE = '__Host-refresh';

/** What a page does in cookie mode, with the cookie of one browser. */
export class BrowserSession {
  /** In the cookie; undefined without one. */
  refreshToken: string | undefined;

  constructor(
    private readonly client: ApiClient,
    private readonly origin: string,
  ) {}

  /** Of each request. */
  get headers(): Record<string, string> {
    const cookie: Record<string, string> =
      this.refreshToken === undefined ? {} : { cookie: `${COOKIE}=${this.refreshToken}` };
    return { 'Token-Carrier': 'cookie', origin: this.origin, ...cookie };
  }

  /** Another one that has the cookie of this moment. */
  tab(): BrowserSession {
    const tab = new BrowserSession(this.client, this.origin);
    tab.refreshToken = this.refreshToken;
    return tab;
  }

  logIn({ email, password }: Credentials): Promise<ApiResponse<Tokens>> {
    return this.send('/api/v1/auth/login/json', { body: { email, password } });
  }

  refresh({ key, headers, ...request }: ApiRequest & { key?: string | undefined } = {}): Promise<
    ApiResponse<Tokens>
  > {
    const keyed: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return this.send('/api/v1/auth/refresh', { ...request, headers: { ...keyed, ...headers } });
  }

  logOut(token: string): Promise<ApiResponse<JsonBody>> {
    return this.send('/api/v1/auth/logout', { token });
  }

  private async send<Body>(path: string, { headers, ...request }: ApiRequest): Promise<ApiResponse<Body>> {
    const answer = await this.client.send<Body>('POST', path, {
      ...request,
      headers: { ...this.headers, ...headers },
    });
    const cookie = cookieOf(answer);
    if (cookie !== undefined)
      this.refreshToken = cookie['value'] === '' ? undefined : String(cookie['value']);
    return answer;
  }
}

/** The cookie that an answer sets, with its attributes in lower case; undefined without one. */
export function cookieOf({ headers }: ApiResponse<unknown>): Record<string, string | true> | undefined {
  const lines = headers['set-cookie'] ?? [];
  if (lines.length === 0) return undefined;
  expect(lines).toHaveLength(1);
  const [pair = '', ...attributes] = lines[0]!.split('; ');
  expect(pair.split('=', 1)).toEqual([COOKIE]);
  const named = attributes.map((text) => {
    const [name = '', value] = text.split('=');
    return [name.toLowerCase(), value ?? true] as const;
  });
  return { value: pair.slice(COOKIE.length + 1), ...Object.fromEntries(named) };
}
