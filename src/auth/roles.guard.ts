import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '../common/role.js';
import { Problems } from '../http/problem.error.js';
import { type AuthenticatedRequest, REQUIRED_ROLES } from '../http/request-context.decorators.js';

/** Runs after `JwtAuthGuard`. It checks the role that the account has now; the token contains no role. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(REQUIRED_ROLES, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (roles === undefined) return true;
    const { user } = context.switchToHttp().getRequest<Partial<AuthenticatedRequest>>();
    if (user === undefined || !roles.includes(user.role)) throw Problems.forbidden();
    return true;
  }
}
