import { Controller, Get, Header, HttpCode, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import { AppConfig } from '../config/app-config.js';
import { ApiClientAuthentication, ApiClientScope } from '../http/api-oauth.decorators.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { NeedsNoDatabase, Public } from '../http/request-context.decorators.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { PollAnswerDto, PollErrorDto, PollRequestDto, SsfConfigurationDto } from './event-feed.dto.js';
import { FeedMetrics } from './feed-metrics.js';
import { PollAdmission } from './poll-admission.js';
import { PollErrorFilter } from './poll-error.filter.js';
import { parsePollRequest } from './poll-request.js';
import { demandFeed, POLL_PATH } from './poll-route.js';
import { PollService } from './poll.service.js';

const SSF_VERSION = '1_0';
const POLLING = 'urn:ietf:rfc:8936';
const HTTP_BASIC = 'urn:ietf:rfc:7617';

@Controller()
@Public()
export class EventsController {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly keys: SigningKeys,
    private readonly admission: PollAdmission,
    private readonly polls: PollService,
    private readonly metrics: FeedMetrics,
    private readonly config: AppConfig,
  ) {}

  @Get('.well-known/ssf-configuration')
  @NeedsNoDatabase()
  @ApiTags('discovery')
  @ApiOperation({ summary: 'Where the revocation feed is (Shared Signals Framework 1.0)' })
  @ApiOkResponse({ type: SsfConfigurationDto })
  @ApiProblems(404)
  configuration(): SsfConfigurationDto {
    demandFeed(this.keys);
    const { issuerUrl, tokens } = this.config;
    return {
      spec_version: SSF_VERSION,
      issuer: issuerUrl,
      jwks_uri: `${issuerUrl}/.well-known/jwks.json`,
      event_signing_alg_values_supported: this.keys.algorithms,
      delivery_methods_supported: [POLLING],
      default_subjects: 'ALL',
      authorization_schemes: [{ spec_urn: HTTP_BASIC }],
      poll_endpoint: `${issuerUrl}/${POLL_PATH}`,
      access_token_lifetime: tokens.accessTtlSeconds,
    };
  }

  @Post(POLL_PATH)
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @UseFilters(PollErrorFilter)
  @ApiTags('events')
  @ApiClientAuthentication()
  @ApiClientScope('events')
  @ApiOperation({
    summary: 'Poll the revocation feed (RFC 8936), as an OAuth client by HTTP Basic',
    description: 'An empty answer is held back until there is something to send, `waitMs` at most.',
  })
  @ApiBody({ type: PollRequestDto })
  @ApiOkResponse({ type: PollAnswerDto })
  @ApiResponse({ status: 400, type: PollErrorDto, description: 'The body or its cursor is wrong' })
  @ApiProblems(404, 429)
  async poll(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const arrivedAt = performance.now() - reply.elapsedTime;
    demandFeed(this.keys);
    const { id: clientId, scopes } = await this.clients.authenticate(request, 'events');
    const parsed = parsePollRequest(request.body);
    const admitted = this.admission.admit(clientId, reply.raw);
    const answer = await this.polls.answer({
      ...admitted,
      clientId,
      audience: scopes.includes('events:users') ? 'copies' : 'verifiers',
      requestId: request.id,
      request: parsed,
      arrivedAt,
    });
    // The client may have ended while the poll waited.
    await this.clients.authenticate(request, 'events');
    const { text, sent, isRestarted } = answer;
    this.metrics.answered(sent.length, text.length, isRestarted);
    admitted.answered();
    void reply.type('application/json; charset=utf-8');
    return text;
  }
}
