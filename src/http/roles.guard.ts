import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problems } from './problem.error.js';
import { type AuthenticatedRequest, REQUIRED_ROLES } from './request-context.decorators.js';

/** Of routes with {@link Roles}. It checks the role that the account has now; the token contains no role. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const roles = this.reflector.getAllAndOverride<string[] | undefined>(REQUIRED_ROLES, targets) ?? [];
    const { user } = context.switchToHttp().getRequest<Partial<AuthenticatedRequest>>();
    if (user === undefined || !roles.includes(user.role)) throw Problems.forbidden();
    return true;
  }
}

/** Only callers that have one of these roles at the time of the request are let in; others get 403. */
export const Roles = (...roles: string[]) =>
  applyDecorators(SetMetadata(REQUIRED_ROLES, roles), UseGuards(RolesGuard));
