import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  type Type,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from './api-problems.decorator.js';
import { CLEARED_AT_LOGOUT, ClearedCookieInterceptor } from './cleared-cookie.interceptor.js';
import { CookieModeGuard } from './cookie-mode.guard.js';
import { PresentedCookieGuard } from './presented-cookie.guard.js';
import { REFRESH_COOKIE } from './refresh-cookie.js';
import { RefreshCookieInterceptor } from './refresh-cookie.interceptor.js';
import { isByCookie, TOKEN_CARRIER_HEADER } from './token-carrier.js';

const setCookie = (description: string) => ({
  'Set-Cookie': {
    description: `With \`${TOKEN_CARRIER_HEADER}: cookie\`: ${description}`,
    schema: { type: 'string' },
  },
});

/** Documents the answer of a route with {@link GivesTokens} or {@link ExchangesTokens}. */
export const TOKEN_HEADERS = setCookie(
  `the refresh token in \`${REFRESH_COOKIE}\`, which scripts cannot read`,
);

/** Documents the answer of a route with {@link EndsTokens}. */
export const LOGOUT_HEADERS = {
  ...setCookie(`\`${REFRESH_COOKIE}\` is cleared`),
  'Clear-Site-Data': {
    description: `With \`${TOKEN_CARRIER_HEADER}: cookie\``,
    schema: { type: 'string', example: CLEARED_AT_LOGOUT },
  },
};

const inCookieMode = (description: string) =>
  applyDecorators(
    ApiHeader({
      name: TOKEN_CARRIER_HEADER,
      required: false,
      description: `For pages of the same site: ${description}`,
      schema: { type: 'string', enum: ['cookie'] },
    }),
    ApiProblems('origin_refused'),
    UseGuards(CookieModeGuard),
  );

/** Whether the request asks to have its refresh token in a cookie. */
export const IsByCookie = createParamDecorator((_: unknown, context: ExecutionContext): boolean =>
  isByCookie(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The route opens a session and answers with tokens: the header puts the refresh token into a cookie. */
export const GivesTokens = () =>
  applyDecorators(
    inCookieMode(
      `\`cookie\` puts the refresh token into the cookie \`${REFRESH_COOKIE}\` instead of the answer`,
    ),
    UseInterceptors(RefreshCookieInterceptor),
  );

/** The route exchanges a refresh token: the header has it read from the cookie, and the next one put there. @param body that has it else */
export const ExchangesTokens = (body: Type) =>
  applyDecorators(
    inCookieMode(
      `\`cookie\` reads the refresh token from the cookie \`${REFRESH_COOKIE}\`, and puts the next one there. There is no body then`,
    ),
    // After the guard of the page.
    UseGuards(PresentedCookieGuard),
    ApiBody({ type: body, required: false }),
    UseInterceptors(RefreshCookieInterceptor),
  );

/** The route ends the session: the header clears the cookie. */
export const EndsTokens = () =>
  applyDecorators(
    inCookieMode(`\`cookie\` clears the cookie \`${REFRESH_COOKIE}\``),
    UseInterceptors(ClearedCookieInterceptor),
  );
