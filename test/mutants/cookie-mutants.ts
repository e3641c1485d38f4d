import type { Mutant } from './mutant.js';

const ORIGINS = 'src/http/browser-origins.ts';
const COOKIE = 'src/http/refresh-cookie.interceptor.ts';
const CARRIER = 'src/http/token-carrier.ts';
const ATTRIBUTES = 'src/http/refresh-cookie.ts';
const specs = ['test/e2e/cookie-mode.spec.ts'] as const;
const ORIGINS_SPEC = ['test/e2e/cookie-origins.spec.ts'] as const;

/** The cookie of the refresh token. */
export const COOKIE_MUTANTS: readonly Mutant[] = [
  {
    name: 'pages of any origin use the cookie',
    file: ORIGINS,
    text: 'return this.isOwn(origin, request) && (site',
    replacement: 'return (site',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'a page of another site uses the cookie if it sends the right Origin',
    file: ORIGINS,
    text: "site === undefined || site === 'same-origin' || site === 'same-site'",
    replacement: 'true',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'a page of a sibling domain uses the cookie with the Origin of the service',
    file: ORIGINS,
    text: "&& (site === undefined || site === 'same-origin')",
    replacement: '',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'any origin uses the cookie where CORS admits any',
    file: ORIGINS,
    text: "corsOrigins.includes('*') ? [] : corsOrigins",
    replacement: 'corsOrigins',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'production takes the Host of a request for the origin of the cookie',
    file: ORIGINS,
    text: 'this.trustsHost = !config.isProduction;',
    replacement: 'this.trustsHost = true;',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'a request without Origin uses the cookie',
    file: ORIGINS,
    text: 'if (origin === undefined || !this.isAllowed(origin, site, request))',
    replacement: 'if (origin !== undefined && !this.isAllowed(origin, site, request))',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'no route asks for the page of a cookie',
    file: 'src/http/token-carrier.decorators.ts',
    text: 'UseGuards(CookieModeGuard),',
    replacement: '',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'CORS admits the cookie of an origin that is not named, where it admits any',
    file: 'src/http/cors-options.ts',
    text: '{ ...COMMON, origin: corsOrigins },',
    replacement: '{ ...COMMON, origin: corsOrigins, credentials: true },',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'a page of a named origin cannot read an answer before the hooks, with its cookie',
    file: 'src/http/http-server.ts',
    text: 'allowOrigin(request, reply);',
    replacement: '',
    specs: ['test/e2e/cors-answers.spec.ts'],
  },
  {
    name: 'CORS admits the cookie of an origin that is not named',
    file: 'src/http/cors-options.ts',
    text: 'origin !== undefined && named.has(origin) ? withCookies : others',
    replacement: 'withCookies',
    specs: ORIGINS_SPEC,
  },
  {
    name: 'a cookie is read without the header',
    file: 'src/http/presented-cookie.guard.ts',
    text: 'if (!isByCookie(request)) return true;',
    replacement: '',
    specs,
  },
  {
    name: 'a cookie stands for the header',
    file: CARRIER,
    text: 'if (carrier === undefined) return false;',
    replacement: 'if (carrier === undefined) return headers.cookie !== undefined;',
    specs,
  },
  {
    name: 'any value of the header asks for the cookie',
    file: CARRIER,
    text: "if (carrier === 'cookie') return true;",
    replacement: 'return true;',
    specs,
  },
  {
    name: 'scripts can read the cookie',
    file: ATTRIBUTES,
    text: 'httpOnly: true',
    replacement: 'httpOnly: false',
    specs,
  },
  {
    name: 'the cookie goes over plain HTTP',
    file: ATTRIBUTES,
    text: 'secure: true',
    replacement: 'secure: false',
    specs,
  },
  {
    name: 'the cookie goes with requests of other sites',
    file: ATTRIBUTES,
    text: 'sameSite: http.refreshCookieSameSite',
    replacement: "sameSite: 'none'",
    specs,
  },
  {
    name: 'the cookie has no SameSite',
    file: ATTRIBUTES,
    text: ', sameSite: http.refreshCookieSameSite',
    replacement: '',
    specs,
  },
  {
    name: 'a sibling domain can set the cookie',
    file: ATTRIBUTES,
    text: "'__Host-refresh'",
    replacement: "'refresh'",
    specs,
  },
  {
    name: 'a token in the body is taken beside the cookie',
    file: 'src/http/presented-cookie.guard.ts',
    text: "if ('refresh_token' in body) {",
    replacement: "if ('other' in body) {",
    specs,
  },
  {
    name: 'one of several cookies is taken',
    file: ATTRIBUTES,
    text: 'if (count > 1)',
    replacement: 'if (count > 9)',
    specs,
  },
  {
    name: 'the cookie of a refused refresh token is kept',
    file: COOKIE,
    text: 'if (isRefusal(error)) this.cookie.clear(reply);',
    replacement: '',
    specs,
  },
  {
    name: 'a refresh token is in the cookie and in the body',
    file: COOKIE,
    text: 'return others;',
    replacement: 'return { ...others, refresh_token: token };',
    specs,
  },
  {
    name: 'a logout keeps the cookie',
    file: 'src/http/cleared-cookie.interceptor.ts',
    text: 'this.cookie.clear(reply);',
    replacement: '',
    specs,
  },
  {
    name: 'a token that was exchanged in a body is repeated by a cookie with another key',
    file: 'src/sessions/session-rotation.service.ts',
    text: '(row.was_by_cookie && isByCookie)',
    replacement: 'isByCookie',
    specs,
  },
  {
    name: 'a logout leaves what the browser keeps for the origin',
    file: 'src/http/cleared-cookie.interceptor.ts',
    text: "void reply.header('clear-site-data', CLEARED_AT_LOGOUT);",
    replacement: '',
    specs,
  },
];
