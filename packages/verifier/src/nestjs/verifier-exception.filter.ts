import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { throwError } from 'rxjs';
import { PROBLEM_TYPE } from '../authorization.js';
import { sendException } from './sockets.js';
import { VerifierException } from './verifier.exception.js';

/**
 * Answers by HTTP with `application/problem+json`, `WWW-Authenticate` and `Retry-After`, to a socket with the event `exception`, and to the
 * caller of a microservice with an error that has the members of the problem. GraphQL shapes the exception itself.
 */
@Catch(VerifierException)
export class VerifierExceptionFilter implements ExceptionFilter<VerifierException> {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(exception: VerifierException, context: ArgumentsHost): unknown {
    switch (context.getType<string>()) {
      case 'http': {
        this.answer(exception, context.switchToHttp().getResponse());
        return;
      }
      case 'ws': {
        sendException(context.switchToWs().getClient(), exception.problem);
        return;
      }
      case 'rpc':
        return throwError(() => exception.problem);
      default:
        throw exception;
    }
  }

  private answer(exception: VerifierException, response: unknown): void {
    const { httpAdapter } = this.host;
    for (const [name, value] of Object.entries({ ...exception.headers, 'content-type': PROBLEM_TYPE })) {
      httpAdapter.setHeader(response, name, value);
    }
    httpAdapter.reply(response, JSON.stringify(exception.problem), exception.getStatus());
  }
}
