import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Principal } from '../common/principal.js';
import { Problems } from '../common/problem.error.js';
import { REQUIRED_ROLES } from '../common/request-context.decorators.js';
import type { Role } from '../common/role.js';

/** Runs after the JwtAuthGuard and compares the role of this moment, not one that a token remembers. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(REQUIRED_ROLES, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (roles === undefined) return true;
    const { user } = context.switchToHttp().getRequest<{ user?: Principal }>();
    if (user === undefined || !roles.includes(user.role)) throw Problems.forbidden();
    return true;
  }
}
