import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';

const TOKEN = 'ergodrive:token';
const ROLES = 'ergodrive:roles';

/** Whether a handler needs a token: not at all, only a valid one or none, or always. */
export type TokenNeed = 'none' | 'optional' | 'required';

/** Lets everybody use the handler, or each handler of the class. No token is verified, and there is no principal. */
export const Public = (): CustomDecorator => SetMetadata(TOKEN, 'none' satisfies TokenNeed);

/** Lets callers without a token use the handler. A token that is sent must be valid. */
export const OptionalAuth = (): CustomDecorator => SetMetadata(TOKEN, 'optional' satisfies TokenNeed);

/** Lets callers with one of these roles use the handler; others get 403 `forbidden`. The role counts that the user has now. */
export const Roles = (...roles: [string, ...string[]]): CustomDecorator => SetMetadata(ROLES, roles);

/** What the handler says, else its class. */
export function accessOf(
  reflector: Reflector,
  context: ExecutionContext,
): { need: TokenNeed; roles: readonly string[] | undefined } {
  const places = [context.getHandler(), context.getClass()];
  const roles = reflector.getAllAndOverride<readonly string[] | undefined>(ROLES, places);
  const said = reflector.getAllAndOverride<TokenNeed | undefined>(TOKEN, places);
  return { need: said ?? 'required', roles };
}
