import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ProblemError, Problems } from '../common/problem.error.js';
import { IS_PUBLIC } from '../common/request-context.decorators.js';
import { RouteMetadata } from './route-metadata.js';

/** Global: a route is closed unless it is `@Public()`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  private readonly isPublic: RouteMetadata<boolean>;

  constructor(reflector: Reflector) {
    super();
    this.isPublic = new RouteMetadata(reflector, IS_PUBLIC);
  }

  override canActivate(context: ExecutionContext) {
    return this.isPublic.of(context) || super.canActivate(context);
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
