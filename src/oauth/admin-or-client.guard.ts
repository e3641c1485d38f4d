import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { JwtAuthGuard } from '../auth/jwt-auth.guard.js';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import { usesHttpBasic } from '../clients/client-credentials.js';
import type { ClientScope } from '../clients/client-scope.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiUserOrClient } from '../http/api-oauth.decorators.js';
import { Problems } from '../http/problem.error.js';
import { Public, REQUIRED_ROLES } from '../http/request-context.decorators.js';

const SCOPE = Symbol('scope of clients');

/**
 * Of a route that is public for the guard of access tokens: lets admins in by their access token, and OAuth clients with the scope of the
 * route by HTTP Basic. The header alone says which of them asks, so nobody is tried as both.
 */
@Injectable()
export class AdminOrClientGuard implements CanActivate {
  constructor(
    private readonly tokens: JwtAuthGuard,
    private readonly clients: ClientAuthenticator,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (usesHttpBasic(request)) {
      await this.clients.authenticate(request, this.reflector.get<ClientScope>(SCOPE, context.getClass()));
      return true;
    }
    const { role } = await this.tokens.demandPrincipal(context);
    if (role !== ADMIN_ROLE) throw Problems.forbidden();
    return true;
  }
}

/** Only admins, and OAuth clients with this scope, are let into the routes of the controller. A command of an admin checks the role again. */
export const AdminOrClient = (scope: ClientScope) =>
  applyDecorators(
    Public(),
    SetMetadata(SCOPE, scope),
    SetMetadata(REQUIRED_ROLES, [ADMIN_ROLE]),
    UseGuards(AdminOrClientGuard),
    ApiUserOrClient(scope),
  );
