import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { invalidField } from './field-error.js';
import { Problems } from './problem.error.js';
import { RefreshCookie } from './refresh-cookie.js';
import { isByCookie } from './token-carrier.js';

/**
 * Of the exchange of a refresh token: with `Token-Carrier: cookie` the token of the cookie takes its place in the body, where the route reads
 * and validates it.
 */
@Injectable()
export class PresentedCookieGuard implements CanActivate {
  private readonly cookie: RefreshCookie;

  constructor(config: AppConfig) {
    this.cookie = new RefreshCookie(config);
  }

  /** @throws ProblemError 400 for several cookies, 401 `token_missing` without one, 422 for a token in the body too */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!isByCookie(request)) return true;
    const { body = {} } = request;
    // What is no object is refused with the words for all bodies.
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return true;
    if ('refresh_token' in body) {
      const text = 'must not be in the body with Token-Carrier: cookie';
      throw invalidField('refresh_token', { code: 'unknown_field', text });
    }
    const token = this.cookie.read(request);
    if (token === undefined || token === '') throw Problems.tokenMissing();
    request.body = { ...body, refresh_token: token };
    return true;
  }
}
