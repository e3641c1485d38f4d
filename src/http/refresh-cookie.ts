import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import { ProblemError } from './problem.error.js';

/** Browsers take a cookie with this prefix from its own host alone, by HTTPS, and for all paths (RFC 6265bis §4.1.3.2). */
export const REFRESH_COOKIE = '__Host-refresh';
const OCCURRENCES = new RegExp(`(?:^|;)[ \\t]*${REFRESH_COOKIE}[ \\t]*=`, 'g');

/** The cookie with the refresh token of a browser. Scripts cannot read it (OWASP ASVS 5.0 V3.3). */
export class RefreshCookie {
  private readonly attributes: CookieSerializeOptions;

  constructor({ http }: Pick<AppConfig, 'http'>) {
    this.attributes = { path: '/', secure: true, httpOnly: true, sameSite: http.refreshCookieSameSite };
  }

  /**
   * The refresh token of the request; `undefined` without one.
   * @throws ProblemError 400 for several: an old browser may have taken one of them from another host
   */
  read({ headers, server }: FastifyRequest): string | undefined {
    const text = headers.cookie ?? '';
    const count = text.match(OCCURRENCES)?.length ?? 0;
    if (count > 1)
      throw new ProblemError('malformed_request', { detail: `There are several cookies ${REFRESH_COOKIE}` });
    return server.parseCookie(text)[REFRESH_COOKIE];
  }

  write(reply: FastifyReply, token: string, lifeSeconds: number): void {
    void reply.setCookie(REFRESH_COOKIE, token, { ...this.attributes, maxAge: lifeSeconds });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(REFRESH_COOKIE, this.attributes);
  }
}
