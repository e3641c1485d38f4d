import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PROBLEM_TYPE } from '../authorization.js';
import { VerifierException } from './verifier.exception.js';

/** Answers with `application/problem+json`, `WWW-Authenticate` and `Retry-After`. */
@Catch(VerifierException)
export class VerifierExceptionFilter implements ExceptionFilter<VerifierException> {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(exception: VerifierException, context: ArgumentsHost): void {
    // GraphQL and microservices have no such answer: their own layer shapes the exception.
    if (context.getType() !== 'http') throw exception;
    const { httpAdapter } = this.host;
    const response: unknown = context.switchToHttp().getResponse();
    for (const [name, value] of Object.entries({ ...exception.headers, 'content-type': PROBLEM_TYPE })) {
      httpAdapter.setHeader(response, name, value);
    }
    httpAdapter.reply(response, JSON.stringify(exception.getResponse()), exception.getStatus());
  }
}
