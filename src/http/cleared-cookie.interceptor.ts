import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { AppConfig } from '../config/app-config.js';
import { RefreshCookie } from './refresh-cookie.js';
import { isByCookie } from './token-carrier.js';

/** Not `"cookies"`: that clears those of the whole registrable domain, also of other applications (W3C Clear Site Data §3.1). */
export const CLEARED_AT_LOGOUT = '"cache", "storage"';

/** Of the logout: with `Token-Carrier: cookie` the cookie is cleared, and what the browser keeps for the origin (OWASP ASVS 5.0 V14.3.1). */
@Injectable()
export class ClearedCookieInterceptor implements NestInterceptor {
  private readonly cookie: RefreshCookie;

  constructor(config: AppConfig) {
    this.cookie = new RefreshCookie(config);
  }

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const http = context.switchToHttp();
    if (!isByCookie(http.getRequest<FastifyRequest>())) return next.handle();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      tap(() => {
        this.cookie.clear(reply);
        void reply.header('clear-site-data', CLEARED_AT_LOGOUT);
      }),
    );
  }
}
