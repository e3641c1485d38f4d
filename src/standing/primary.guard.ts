import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { NoPrimaryError } from '../common/database-errors.js';
import { NEEDS_NO_DATABASE } from '../http/request-context.decorators.js';
import type { Permit } from './permit.js';
import { Standing } from './standing.js';

/** A request after {@link PrimaryGuard} took its permit. */
interface PermittedRequest {
  permit?: Permit;
}

/**
 * Global: takes the permit of the request. It gets 503 while `DATABASE_URL` leads to a standby, to a read-only server or to a cluster that
 * the other instances do not use. Such a server may lack changes that the other instances have acknowledged, and they do not see its changes.
 */
@Injectable()
export class PrimaryGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly standing: Standing,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const permit = this.standing.permit();
    context.switchToHttp().getRequest<PermittedRequest>().permit = permit;
    if (permit.kind !== 'refuse') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(NEEDS_NO_DATABASE, targets)) return true;
    throw new NoPrimaryError(permit.reason);
  }
}

/** The permit that the guard took for the request; `undefined` where it did not run. */
export const permitOf = (request: object): Permit | undefined => (request as PermittedRequest).permit;
