import { All, Controller, Get, Options, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../common/principal.js';
import { AppConfig } from '../config/app-config.js';
import { notAllowed } from '../config/violation.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { invalidField } from '../http/field-error.js';
import { type ProblemError, Problems } from '../http/problem.error.js';
import { CurrentPrincipal } from '../http/request-context.decorators.js';
import { ROLE_SCHEMA } from '../http/role-member.js';
import { RequestedRoles } from './requested-roles.decorator.js';

/** A preflight is answered with 2xx before the token is looked at, and a gateway would take that for a yes. */
const NO_CORS = { cors: false };

const header = (description: string, schema: object) => ({ description, required: true, schema });

/** Answers gateways that ask, for each request of a client, whether its access token is good. */
@ApiTags('auth')
@Controller('api/v1/auth/check')
export class GatewayCheckController {
  constructor(private readonly config: AppConfig) {}

  @Get()
  @RouteConfig(NO_CORS)
  @ApiOperation({
    summary: 'Check an access token for a gateway',
    description:
      'The gateway sends the `Authorization` header of its client. On 200 it passes the `X-Auth-*` headers on in place of those ' +
      'that the client sent; on any other status it refuses the request.',
  })
  @ApiQuery({
    name: 'role',
    required: false,
    ...ROLE_SCHEMA,
    isArray: true,
    description: 'The account must have one of these roles now',
  })
  @ApiOkResponse({
    description: 'The token is good. There is no body',
    headers: {
      'X-Auth-User-Id': header('The account', { type: 'string', format: 'uuid' }),
      'X-Auth-Role': header('Its role now', { type: 'string' }),
      'X-Auth-Session-Id': header('The session of the token', { type: 'string', format: 'uuid' }),
    },
  })
  @ApiProblems(401, 403, 422)
  check(
    @CurrentPrincipal() principal: Principal,
    @RequestedRoles() roles: readonly unknown[] | undefined,
    @Res() reply: FastifyReply,
  ): void {
    if (roles?.includes(principal.role) === false) throw this.refusal(roles);
    admit(principal, reply);
  }

  /** For gateways that keep the client's method. The handler of preflights would answer 204 to all. */
  @Options()
  @RouteConfig(NO_CORS)
  @ApiExcludeEndpoint()
  checkOptions(
    @CurrentPrincipal() principal: Principal,
    @RequestedRoles() roles: readonly unknown[] | undefined,
    @Res() reply: FastifyReply,
  ): void {
    this.check(principal, roles, reply);
  }

  /**
   * For Envoy's `ext_authz`, which keeps the client's method and appends the client's path with its query. So the query is not
   * looked at here: it is the client's, and no role can be asked for.
   */
  @All('ext-authz/*')
  @RouteConfig(NO_CORS)
  @ApiExcludeEndpoint()
  checkAnyPath(@CurrentPrincipal() principal: Principal, @Res() reply: FastifyReply): void {
    admit(principal, reply);
  }

  /** An account may have a role that is not configured here, or not any more. Only for others is such a role a mistake. */
  private refusal(asked: readonly unknown[]): ProblemError {
    const { names } = this.config.roles;
    const isKnown = (role: unknown): boolean => names.some((name) => name === role);
    return asked.every(isKnown) ? Problems.forbidden() : invalidField('role', notAllowed(names));
  }
}

function admit({ id, role, sessionId }: Principal, reply: FastifyReply): void {
  void reply.headers({ 'x-auth-user-id': id, 'x-auth-role': role, 'x-auth-session-id': sessionId }).send();
}
