import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../common/actor.js';
import { networkOf } from '../common/network.js';
import { DatabaseClock } from '../database/database-clock.js';
import { OAuthError } from '../http/oauth-error.js';
import { actorOf, type RequestOfClient } from '../http/request-context.decorators.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.js';
import type { OAuthClient } from './client.entity.js';
import type { ClientScope } from './client-scope.js';
import { clientCredentialsOf } from './client-credentials.js';
import { acceptsSecret } from './client-secret.js';
import { KnownClients } from './known-clients.js';

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
  ) {
    this.ofNetwork = limiters.for({ name: 'client-network', attempts: 100 });
    this.ofClient = limiters.for({ name: 'client', attempts: 100 });
  }

  /**
   * The client whose credentials the request has: HTTP Basic, or `client_id` and `client_secret` in a parsed form. The log lines of the
   * request have its id from then on.
   * @param scope that the client must be registered for
   * @throws OAuthError 401 `invalid_client`, 403 `unauthorized_client` without the scope, 400 `invalid_request` for several methods
   * @throws ProblemError 429 after too many failures
   * @throws Error of the database driver when nothing can be said
   */
  async authenticate(request: FastifyRequest & RequestOfClient, scope?: ClientScope): Promise<OAuthClient> {
    const { id, secret } = clientCredentialsOf(request);
    const client = await this.clients.find(id);
    if (client !== undefined && acceptsSecret(client, secret, this.clock.now())) {
      request.clientId = client.id;
      if (scope !== undefined) demandScope(client, scope);
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
    await this.limiters.demand(limiter, key, redisWaits, 'Too many failed attempts; try again later');
  }
}

/** @throws OAuthError `unauthorized_client`, 403 but at the token endpoint (RFC 6749 §5.2) */
export function demandScope({ scopes }: OAuthClient, scope: ClientScope, status = 403): void {
  if (!scopes.includes(scope)) throw OAuthError.unauthorizedClient(scope, status);
}
