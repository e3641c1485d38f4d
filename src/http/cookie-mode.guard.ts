import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { BrowserOrigins } from './browser-origins.js';
import { isByCookie } from './token-carrier.js';

/** Of routes that read, write or clear the cookie of the refresh token: with `Token-Carrier: cookie`, the page must be allowed to. */
@Injectable()
export class CookieModeGuard implements CanActivate {
  private readonly origins: BrowserOrigins;

  constructor(config: AppConfig) {
    this.origins = new BrowserOrigins(config);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (isByCookie(request)) this.origins.demand(request);
    return true;
  }
}
