import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseOutage, isUnstorableText, statementErrorCode } from '../common/database-errors.js';
import { OAuthError } from './oauth-error.js';
import { sendOAuthError } from './oauth-error.document.js';
import { countProblem, sendProblem } from './problem.document.js';
import { ProblemError } from './problem.error.js';
import { describeRequest } from './request-log.js';
import { type Problem, type ProblemCode, problemOf } from './problems.js';

/** Requests that Fastify refuses before a handler runs. */
const PARSER_PROBLEMS: Record<string, Problem> = {
  FST_ERR_CTP_INVALID_JSON_BODY: problemOf('malformed_body'),
  FST_ERR_CTP_EMPTY_JSON_BODY: problemOf('malformed_body', { detail: 'The request body is empty' }),
  FST_ERR_CTP_BODY_TOO_LARGE: problemOf('body_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problemOf('unsupported_media_type'),
};

const MAX_LOGGED_STATEMENTS = 100;
const CODE = /^[a-z][a-z0-9_]*$/;

/**
 * Answers every failure with RFC 9457 problem details, those of OAuth with the JSON of RFC 6749 §5.2. An `HttpException` keeps its status and message, and the `code`
 * of its body. The message of any other unexpected error is logged and not sent: it may hold a secret.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Request');
  private readonly loggedStatements = new Set<string>();

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (error instanceof OAuthError) {
      countProblem(error.code);
      return sendOAuthError(reply, error);
    }
    const report = healthReport(error);
    if (report !== undefined) return void reply.status(503).send(report);
    sendProblem(reply, this.describe(error, http.getRequest<FastifyRequest>()));
  }

  private describe(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof ProblemError) return error.problem;
    const parserProblem = PARSER_PROBLEMS[parserCodeOf(error) ?? ''];
    if (parserProblem !== undefined) return parserProblem;
    if (error instanceof HttpException) return this.describeHttpException(error, request);
    if (isDatabaseOutage(error)) {
      this.logStatementError(error, request);
      return problemOf('temporarily_unavailable');
    }
    if (isUnstorableText(error)) {
      return problemOf('validation_failed', { detail: 'The request holds characters that cannot be stored' });
    }
    const { statusCode: status = 500, message } = Object(error) as FastifyError;
    if (status >= 400 && status < 500) return { status, code: defaultCode(status), detail: message };
    this.log(error, request);
    return problemOf('internal_error');
  }

  private describeHttpException(error: HttpException, request: FastifyRequest): Problem {
    const status = error.getStatus();
    // The router's message repeats the URL, with its query string.
    if (status === 404 && error.message.startsWith('Cannot ')) return problemOf('not_found');
    if (status >= 500) this.log(error, request);
    return { status, code: ownCode(error) ?? defaultCode(status), detail: error.message };
  }

  private log(error: unknown, request: FastifyRequest): void {
    this.logger.error({ msg: 'The request failed', ...describeRequest(request), err: error });
  }

  /** A wrong statement looks like an outage, because a database that is being restored gives the same answer. */
  private logStatementError(error: unknown, request: FastifyRequest): void {
    const code = statementErrorCode(error);
    const { message } = error as Error;
    if (code === undefined || this.loggedStatements.has(`${code} ${message}`)) return;
    if (this.loggedStatements.size < MAX_LOGGED_STATEMENTS) this.loggedStatements.add(`${code} ${message}`);
    const msg = 'PostgreSQL refuses a statement; further requests like this one are answered without a line';
    this.logger.error({ msg, code, ...describeRequest(request), err: error });
  }
}

/** Fastify's code of a refusal; Nest wraps the refusal in an `HttpException`. */
function parserCodeOf(error: unknown): string | undefined {
  const { cause, code } = Object(error) as Partial<FastifyError>;
  return (cause as Partial<FastifyError> | undefined)?.code ?? code;
}

/** terminus reports "down" by an exception whose body is the report; probes read that body. */
function healthReport(error: unknown): object | undefined {
  const body = error instanceof HttpException && error.getStatus() === 503 ? error.getResponse() : undefined;
  const isReport = typeof body === 'object' && ['info', 'error', 'details'].every((key) => key in body);
  return isReport ? body : undefined;
}

/** The `code` of `new GoneException({ code: 'project_archived', message })`. */
function ownCode(error: HttpException): string | undefined {
  const { code } = Object(error.getResponse()) as { code?: unknown };
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

/** The words of the status: 410 gives `gone`. */
function defaultCode(status: number): string {
  if (status === 500) return 'internal_error' satisfies ProblemCode;
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replace(/[^a-z]+/g, '_');
}
