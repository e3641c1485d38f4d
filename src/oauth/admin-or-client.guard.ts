import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { JwtAuthGuard } from '../auth/jwt-auth.guard.js';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import { usesHttpBasic } from '../clients/client-credentials.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { Problems } from '../http/problem.error.js';

/**
 * Of a route that is public for the guard of access tokens: lets admins in by their access token, and OAuth clients with the scope `users`
 * by HTTP Basic. The header alone says which of them asks, so nobody is tried as both.
 */
@Injectable()
export class AdminOrClientGuard implements CanActivate {
  constructor(
    private readonly tokens: JwtAuthGuard,
    private readonly clients: ClientAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (usesHttpBasic(request)) {
      await this.clients.authenticate(request, 'users');
      return true;
    }
    const { role } = await this.tokens.demandPrincipal(context);
    if (role !== ADMIN_ROLE) throw Problems.forbidden();
    return true;
  }
}
