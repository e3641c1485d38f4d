import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problems } from '../common/problem.error.js';
import { type AuthenticatedRequest, REQUIRED_ROLES } from '../common/request-context.decorators.js';
import type { Role } from '../common/role.js';
import { RouteMetadata } from './route-metadata.js';

/** Runs after the JwtAuthGuard and compares the role of this moment, not one that a token remembers. */
@Injectable()
export class RolesGuard implements CanActivate {
  private readonly requiredRoles: RouteMetadata<Role[]>;

  constructor(reflector: Reflector) {
    this.requiredRoles = new RouteMetadata(reflector, REQUIRED_ROLES);
  }

  canActivate(context: ExecutionContext): boolean {
    const roles = this.requiredRoles.of(context);
    if (roles === undefined) return true;
    const { user } = context.switchToHttp().getRequest<Partial<AuthenticatedRequest>>();
    if (user === undefined || !roles.includes(user.role)) throw Problems.forbidden();
    return true;
  }
}
