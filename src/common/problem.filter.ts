import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyError, FastifyReply } from 'fastify';
import { isDatabaseOutage, isUnstorableText } from './database-errors.js';
import { type Problem, ProblemError, Problems } from './problem.error.js';

const MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** Fastify's own refusals of a request, in the words of this API. */
const PARSER_PROBLEMS: Record<string, Problem> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    status: 400,
    code: 'malformed_body',
    detail: 'The request body is not valid JSON',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, code: 'malformed_body', detail: 'The request body is empty' },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'body_too_large',
    detail: 'The request body is too large',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'Send JSON or a form',
  },
};

/** Shapes every failure as RFC 9457 problem details. What is not expected is logged, and told to nobody. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Request');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const report = healthReport(error);
    if (report !== undefined) return void reply.status(503).send(report);
    const problem = this.describe(error);
    sendProblem(reply, problem);
  }

  private describe(error: unknown): Problem {
    if (error instanceof ProblemError) return error.problem;
    if (isDatabaseOutage(error)) return Problems.unavailable('The database does not answer').problem;
    if (isUnstorableText(error)) {
      return {
        status: 422,
        code: 'validation_failed',
        detail: 'The request holds characters that cannot be stored',
      };
    }
    const { code } = ((error as Error).cause ?? error) as FastifyError;
    const parserProblem = PARSER_PROBLEMS[code];
    if (parserProblem !== undefined) return parserProblem;
    const status = error instanceof HttpException ? error.getStatus() : (error as FastifyError).statusCode;
    if (status !== undefined && status >= 400 && status < 500) {
      return { status, code: codeOf(status), detail: (error as Error).message };
    }
    this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { status: 500, code: 'internal_error', detail: 'Internal server error' };
  }
}

export function sendProblem(reply: FastifyReply, { headers, status, ...problem }: Problem): void {
  void reply
    .status(status)
    .headers({ ...headers, 'content-type': MEDIA_TYPE })
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, ...problem }));
}

/** terminus reports "down" by an exception whose body is the report; probes read that body. */
function healthReport(error: unknown): object | undefined {
  const body = error instanceof HttpException && error.getStatus() === 503 ? error.getResponse() : undefined;
  return typeof body === 'object' && 'details' in body ? body : undefined;
}

function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replace(/[^a-z]+/g, '_');
}
