import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ProblemError, Problems } from '../common/problem.error.js';
import { IS_PUBLIC } from '../common/request-context.decorators.js';

/** Global: a route is closed unless it is `@Public()`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const isPublic = this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    return isPublic || super.canActivate(context);
  }

  /** passport tells of a failed verification by `info`, of everything thrown by `error`. */
  override handleRequest<T>(
    error: Error | null,
    user: T | false,
    info: unknown,
    context: ExecutionContext,
  ): T {
    if (error) throw error;
    if (user) return user;
    if (info instanceof ProblemError) throw info;
    const sentToken = context.switchToHttp().getRequest<FastifyRequest>().headers.authorization !== undefined;
    throw sentToken ? Problems.tokenInvalid() : Problems.tokenMissing();
  }
}
