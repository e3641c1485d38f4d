import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Following } from '../cache/following.js';
import { NoPrimaryError } from '../common/database-errors.js';
import { NEEDS_NO_DATABASE } from '../http/request-context.decorators.js';

/**
 * Global: a request gets 503 while `DATABASE_URL` leads to a standby, to a read-only server or to a cluster that the other
 * instances do not use. Such a server may lack changes that the other instances have acknowledged, and they do not see its changes.
 */
@Injectable()
export class PrimaryGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly following: Following,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { refusal } = this.following;
    if (refusal === undefined) return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(NEEDS_NO_DATABASE, targets)) return true;
    throw new NoPrimaryError(refusal);
  }
}
