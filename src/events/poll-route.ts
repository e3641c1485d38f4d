import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError } from 'fastify';
import { sendPollError } from './poll-error.filter.js';

export const POLL_PATH = 'api/v1/events/poll';
/** Thousands of acknowledged identifiers, or a cursor with thousands of open transactions. */
const BODY_LIMIT_BYTES = 256 * 1024;

/** What only Fastify can do for the route of the polls: longer bodies, and the answer to a body that is no JSON. */
@Injectable()
export class PollRoute {
  constructor({ httpAdapter }: HttpAdapterHost<FastifyAdapter>) {
    httpAdapter.getInstance().addHook('onRoute', (route) => {
      if (route.url !== `/${POLL_PATH}`) return;
      route.bodyLimit = BODY_LIMIT_BYTES;
      route.errorHandler = (error: FastifyError, _request, reply) => {
        if (error.statusCode !== 400) throw error;
        sendPollError(reply, 'The body must be JSON');
      };
    });
  }
}
