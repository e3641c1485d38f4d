import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PollRequestError } from './poll-request.js';

/** Answers 400 as RFC 8936 §2.6 says. */
@Catch(PollRequestError)
export class PollErrorFilter implements ExceptionFilter {
  catch(error: PollRequestError, host: ArgumentsHost): void {
    sendPollError(host.switchToHttp().getResponse<FastifyReply>(), error.description);
  }
}

export function sendPollError(reply: FastifyReply, description: string): void {
  void reply.status(400).send({ err: 'invalid_request', description });
}
