import type { FastifyRequest } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import { ProblemError } from './problem.error.js';

/**
 * Which pages may use the cookie of the refresh token (OWASP ASVS 5.0 V3.5.1, V3.5.3; draft-ietf-oauth-browser-based-apps §6.1.3.3): those of
 * the service itself, and those of the origins in `CORS_ORIGINS` that are of the same site.
 */
export class BrowserOrigins {
  private readonly own: ReadonlySet<string>;
  private readonly named: ReadonlySet<string>;
  private readonly trustsHost: boolean;

  constructor(config: Pick<AppConfig, 'http' | 'issuerUrl' | 'mail' | 'isProduction'>) {
    this.own = new Set([config.issuerUrl, config.mail.publicUrl].map((url) => new URL(url).origin));
    this.named = new Set(namedOrigins(config.http.corsOrigins));
    // A start without configuration is reached as localhost, as 127.0.0.1, and by the ports of containers.
    this.trustsHost = !config.isProduction;
  }

  /**
   * Browsers send `Origin` with each POST, and no script can set it or `Sec-Fetch-Site`. Where a browser knows no `Sec-Fetch-Site`, `Origin`
   * decides alone.
   * @throws ProblemError 403 `origin_refused`
   */
  demand(request: FastifyRequest): void {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin === undefined || !this.isAllowed(origin, site, request))
      throw new ProblemError('origin_refused');
  }

  private isAllowed(origin: string, site: unknown, request: FastifyRequest): boolean {
    if (this.named.has(origin)) return site === undefined || site === 'same-origin' || site === 'same-site';
    return this.isOwn(origin, request) && (site === undefined || site === 'same-origin');
  }

  private isOwn(origin: string, { protocol, host }: FastifyRequest): boolean {
    return this.own.has(origin) || (this.trustsHost && origin === `${protocol}://${host}`);
  }
}

/** The origins that may send cookies: none where any origin is admitted. */
export const namedOrigins = (corsOrigins: readonly string[]): readonly string[] =>
  corsOrigins.includes('*') ? [] : corsOrigins;
