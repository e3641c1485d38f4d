import type { Mutant } from './mutant.js';

const ORIGINS = 'src/http/browser-origins.ts';
const COOKIE = 'src/http/refresh-cookie.interceptor.ts';
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
    name: 'production trusts the Host of a request',
    file: ORIGINS,
    text: 'this.trustsHost = !config.isProduction;',
    replacement: 'this.trustsHost = true;',
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
    name: 'one of several cookies is taken',
    file: 'src/http/refresh-cookie.ts',
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
];
