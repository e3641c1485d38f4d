import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard, type IAuthModuleOptions } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../common/principal.js';
import { Problems } from '../http/problem.error.js';
import { type AuthenticatedRequest, IS_PUBLIC } from '../http/request-context.decorators.js';
import { carriesCredentials } from '../http/token-carrier.js';
import { JwtStrategy } from './jwt.strategy.js';

/** Global: refuses requests without a valid access token, on every route that is not `@Public()`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard() {
  constructor(
    private readonly reflector: Reflector,
    strategy: JwtStrategy,
  ) {
    // As an inherited member: NestJS copies the own members of these options with each request, which takes 2 µs.
    super(Object.create({ defaultStrategy: strategy.name }) as IAuthModuleOptions);
  }

  override canActivate(context: ExecutionContext) {
    const targets = [context.getHandler(), context.getClass()];
    return (
      this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets) ?? super.canActivate(context)
    );
  }

  /** Who sends the request, on a route that is public for this guard. @throws ProblemError 401 */
  async demandPrincipal(context: ExecutionContext): Promise<Principal> {
    await super.canActivate(context);
    return context.switchToHttp().getRequest<AuthenticatedRequest>().user;
  }

  override handleRequest<T>(error: Error | null, user: T | false, _: unknown, context: ExecutionContext): T {
    if (error) throw error;
    if (user) return user;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    throw carriesCredentials(request) ? Problems.tokenInvalid() : Problems.tokenMissing();
  }
}
