import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '../principal.js';
import { principalOf } from './carrier.js';

/**
 * The caller as a parameter of a handler: `@CurrentPrincipal() principal: Principal`, or one member of it: `@CurrentPrincipal('sub') id:
 * string`. It is `undefined` in handlers that are public or optional, for a caller without a token.
 */
export const CurrentPrincipal: (name?: keyof Principal) => ParameterDecorator = createParamDecorator(
  (name: keyof Principal | undefined, context: ExecutionContext): unknown => {
    const principal = principalOf(context);
    return name === undefined ? principal : principal?.[name];
  },
);
