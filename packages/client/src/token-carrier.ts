import type { AuthRefreshData, TokensDto } from './generated/types.gen.js';
import type { Session } from './session.js';

/** How the refresh token is sent and kept. */
export interface TokenCarrier {
  /** Of each request whose answer gives or ends tokens. */
  readonly options: { readonly headers: { 'Token-Carrier'?: 'cookie' }; readonly credentials?: 'include' };
  /** Whether the browser may have a refresh token that the client does not see. */
  readonly isHidden: boolean;
  /** The part of an exchange that presents the refresh token. */
  present(session: Session | undefined): { headers: Record<string, string>; body?: string };
  /** Names the login of the tokens. @param random the name of a login that the tokens of its exchanges do not tell */
  nameOf(tokens: TokensDto, random: string): string;
}

/** The client keeps the refresh token, and sends it in the body. */
export const BODY: TokenCarrier = {
  options: { headers: {} },
  isHidden: false,
  present: (session) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: session?.refreshToken ?? '' } satisfies AuthRefreshData['body']),
  }),
  nameOf: (_, random) => random,
};

/** The browser keeps the refresh token, in a cookie that scripts cannot read. Another tab may replace its login. */
export const COOKIE: TokenCarrier = {
  options: { headers: { 'Token-Carrier': 'cookie' }, credentials: 'include' },
  isHidden: true,
  present: () => ({ headers: {} }),
  nameOf: ({ access_token }) => sessionIdOf(access_token),
};

/** The `sid` of an access token of the service. Nothing is verified: the token came from there. */
function sessionIdOf(accessToken: string): string {
  const [, payload = ''] = accessToken.split('.');
  return (JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { sid: string }).sid;
}
