import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import { networkOf } from '../common/network.js';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import { OAuthError } from '../http/oauth-error.js';
import { ProblemError } from '../http/problem.error.js';
import { actorOf, type RequestOfClient } from '../http/request-context.decorators.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.service.js';
import type { OAuthClient } from './client.entity.js';
import { clientCredentialsOf } from './client-credentials.js';
import { acceptsSecret } from './client-secret.js';
import { KnownClients } from './known-clients.service.js';

/**
 * Authenticates OAuth clients (RFC 6749 §2.3.1). Only failures are counted, and right credentials are never refused for the
 * failures of others: nobody guesses a secret of 256 bits, and nobody can lock a client out.
 */
@Injectable()
export class ClientAuthenticator {
  private readonly ofNetwork: Limiter;
  private readonly ofClient: Limiter;

  constructor(
    private readonly limiters: Limiters,
    private readonly clients: KnownClients,
    private readonly clock: DatabaseClock,
    private readonly audit: AuditService,
    private readonly config: AppConfig,
  ) {
    this.ofNetwork = limiters.for({ name: 'client-network', attempts: 100 });
    this.ofClient = limiters.for({ name: 'client', attempts: 100 });
  }

  /**
   * The client whose credentials the request has: HTTP Basic, or `client_id` and `client_secret` in a parsed form. The log lines of the
   * request have its id from then on.
   * @throws OAuthError 401 `invalid_client`, 400 `invalid_request` for several methods
   * @throws ProblemError 429 after too many failures
   * @throws Error of the database driver when nothing can be said
   */
  async authenticate(request: FastifyRequest & RequestOfClient): Promise<OAuthClient> {
    const { id, secret } = clientCredentialsOf(request);
    const client = await this.clients.find(id);
    if (client !== undefined && acceptsSecret(client, secret, this.clock.now())) {
      request.clientId = client.id;
      return client;
    }
    await this.noteFailure(request, client);
    throw OAuthError.invalidClient();
  }

  /** The audit trail gets failures of a client that exists, and at most as many as the limits admit. */
  private async noteFailure(request: FastifyRequest, client: OAuthClient | undefined): Promise<void> {
    const by = actorOf(request);
    await this.count(this.ofNetwork, networkOf(by.ip), by);
    if (client === undefined) return;
    await this.count(this.ofClient, client.id, by);
    await this.audit.note('client.authentication_failed', by, { details: { client_id: client.id } });
  }

  private async count(limiter: Limiter, key: string, { redisWaits }: Actor): Promise<void> {
    const refusal = this.config.rateLimitEnabled ? await limiter.take(key, redisWaits) : undefined;
    if (refusal === undefined) return;
    const detail = 'Too many failed attempts; try again later';
    throw new ProblemError('too_many_requests', { detail, headers: this.limiters.refuse(refusal) });
  }
}
