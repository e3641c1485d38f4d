import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import { Problems } from '../http/problem.error.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { sendPollError } from './poll-error.filter.js';

export const POLL_PATH = 'api/v1/events/poll';
/** Thousands of acknowledged identifiers, or a cursor with thousands of open transactions. */
const BODY_LIMIT_BYTES = 256 * 1024;

/** @throws ProblemError 404 with a shared secret: others cannot verify what is signed with it */
export function demandFeed(keys: SigningKeys): void {
  if (!keys.isAsymmetric) throw Problems.notFound('The feed needs an asymmetric signing key');
}

/** What only Fastify can do for the route of the polls: longer bodies for clients, and the answer to a body that is no JSON. */
@Injectable()
export class PollRoute {
  constructor(
    { httpAdapter }: HttpAdapterHost<FastifyAdapter>,
    keys: SigningKeys,
    clients: ClientAuthenticator,
  ) {
    const bodyPermission = async (request: FastifyRequest) => {
      demandFeed(keys);
      await clients.authenticate(request, 'events');
    };
    httpAdapter.getInstance().addHook('onRoute', (route) => {
      if (route.url !== `/${POLL_PATH}`) return;
      route.bodyLimit = BODY_LIMIT_BYTES;
      route.config = { ...route.config, bodyPermission };
      route.errorHandler = (error: FastifyError, _request, reply) => {
        if (error.statusCode !== 400) throw error;
        sendPollError(reply, 'The body must be JSON');
      };
    });
  }
}
