import { type Mutant, mutantsOf } from './mutant.js';

const SPEC = 'test/e2e/cookie-mode.spec.ts';
const ORIGINS_SPEC = 'test/e2e/cookie-origins.spec.ts';

/** The cookie of the refresh token. */
export const COOKIE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/http/browser-origins.ts', ORIGINS_SPEC)`
    pages of any origin use the cookie
      - return this.isOwn(origin, request) && (site
      + return (site
    a page of another site uses the cookie if it sends the right Origin
      - site === undefined || site === 'same-origin' || site === 'same-site'
      + true
    a page of a sibling domain uses the cookie with the Origin of the service
      - && (site === undefined || site === 'same-origin')
      +
    any origin uses the cookie where CORS admits any
      - corsOrigins.includes('*') ? [] : corsOrigins
      + corsOrigins
    production takes the Host of a request for the origin of the cookie
      - this.trustsHost = !config.isProduction;
      + this.trustsHost = true;
    a request without Origin uses the cookie
      - if (origin === undefined || !this.isAllowed(origin, site, request))
      + if (origin !== undefined && !this.isAllowed(origin, site, request))
  `,
  ...mutantsOf('src/http/token-carrier.decorators.ts', ORIGINS_SPEC)`
    no route asks for the page of a cookie
      - UseGuards(CookieModeGuard),
      +
  `,
  ...mutantsOf('src/http/cors-options.ts', ORIGINS_SPEC)`
    CORS admits the cookie of an origin that is not named, where it admits any
      - { ...COMMON, origin: corsOrigins },
      + { ...COMMON, origin: corsOrigins, credentials: true },
    CORS admits the cookie of an origin that is not named
      - origin !== undefined && named.has(origin) ? withCookies : others
      + withCookies
  `,
  ...mutantsOf('src/http/http-server.ts', 'test/e2e/cors-answers.spec.ts')`
    a page of a named origin cannot read an answer before the hooks, with its cookie
      - allowOrigin(request, reply);
      +
  `,
  ...mutantsOf('src/http/presented-cookie.guard.ts', SPEC)`
    a cookie is read without the header
      - if (!isByCookie(request)) return true;
      +
    a token in the body is taken beside the cookie
      - if ('refresh_token' in body) {
      + if ('other' in body) {
  `,
  ...mutantsOf('src/http/token-carrier.ts', SPEC)`
    a cookie stands for the header
      - if (carrier === undefined) return false;
      + if (carrier === undefined) return headers.cookie !== undefined;
    any value of the header asks for the cookie
      - if (carrier === 'cookie') return true;
      + return true;
  `,
  ...mutantsOf('src/http/refresh-cookie.ts', SPEC)`
    scripts can read the cookie
      - httpOnly: true
      + httpOnly: false
    the cookie goes over plain HTTP
      - secure: true
      + secure: false
    the cookie goes with requests of other sites
      - sameSite: http.refreshCookieSameSite
      + sameSite: 'none'
    the cookie has no SameSite
      - , sameSite: http.refreshCookieSameSite
      +
    a sibling domain can set the cookie
      - '__Host-refresh'
      + 'refresh'
    one of several cookies is taken
      - if (count > 1)
      + if (count > 9)
  `,
  ...mutantsOf('src/http/refresh-cookie.interceptor.ts', SPEC)`
    the cookie of a refused refresh token is kept
      - if (isRefusal(error)) this.cookie.clear(reply);
      +
    a refresh token is in the cookie and in the body
      - return others;
      + return { ...others, refresh_token: token };
  `,
  ...mutantsOf('src/http/cleared-cookie.interceptor.ts', SPEC)`
    a logout keeps the cookie
      - this.cookie.clear(reply);
      +
    a logout leaves what the browser keeps for the origin
      - void reply.header('clear-site-data', CLEARED_AT_LOGOUT);
      +
  `,
  ...mutantsOf('src/sessions/session-rotation.service.ts', SPEC)`
    a token that was exchanged in a body is repeated by a cookie with another key
      - (row.was_by_cookie && isByCookie)
      + isByCookie
  `,
];
