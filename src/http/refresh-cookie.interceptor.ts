import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import jwt from 'jsonwebtoken';
import { catchError, map, type Observable } from 'rxjs';
import { AppConfig } from '../config/app-config.js';
import { ProblemError } from './problem.error.js';
import type { ProblemCode } from './problems.js';
import { RefreshCookie } from './refresh-cookie.js';
import { isByCookie } from './token-carrier.js';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** What is said of a refresh token that opens nothing any more. */
const REFUSALS: readonly ProblemCode[] = ['token_revoked', 'token_expired', 'token_invalid'];

/**
 * Of routes that answer with tokens: with `Token-Carrier: cookie` the refresh token moves from the body into the cookie. A refused one is
 * cleared, so that a browser keeps nothing of a session that has ended.
 */
@Injectable()
export class RefreshCookieInterceptor implements NestInterceptor<Tokens, Partial<Tokens>> {
  private readonly cookie: RefreshCookie;

  constructor(config: AppConfig) {
    this.cookie = new RefreshCookie(config);
  }

  intercept(context: ExecutionContext, next: CallHandler<Tokens>): Observable<Partial<Tokens>> {
    const http = context.switchToHttp();
    if (!isByCookie(http.getRequest<FastifyRequest>())) return next.handle();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      map((tokens) => this.carry(tokens, reply)),
      catchError((error: unknown) => {
        if (isRefusal(error)) this.cookie.clear(reply);
        throw error;
      }),
    );
  }

  private carry({ refresh_token: token, ...others }: Tokens, reply: FastifyReply): Partial<Tokens> {
    this.cookie.write(reply, token, timesOf(token).exp - timesOf(others.access_token).iat);
    return others;
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof ProblemError && REFUSALS.includes(error.problem.code);

/** In seconds, of a token of this service. The access token was issued at the time of the answer, by the clock of the session. */
const timesOf = (token: string) => jwt.decode(token) as { iat: number; exp: number };
