import type { TestUser } from './population.js';

/** A page that {@link BROWSER_ENVIRONMENT} allows to use the cookie. */
const PAGE = 'https://app.example.org';

/** Of an instance that browsers use. */
export const BROWSER_ENVIRONMENT = { CORS_ORIGINS: PAGE };

/** Half of the users log in by a browser, which keeps their refresh tokens in cookies. */
export const usesBrowser = ({ id }: TestUser): boolean => Number.parseInt(id.slice(0, 1), 16) % 2 === 0;

/** What a browser sends where a cookie is read, set or cleared. @param token in the cookie; none before a login */
export function browserHeaders(token?: string): Record<string, string> {
  const cookie: Record<string, string> = token === undefined ? {} : { cookie: `__Host-refresh=${token}` };
  return { 'token-carrier': 'cookie', origin: PAGE, 'sec-fetch-site': 'same-site', ...cookie };
}
