import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { AppLogger } from '../common/app.logger.js';
import { withoutSecrets } from '../common/redaction.js';

const MAX_PATH = 200;

/** What a log line says of a request. The query string is left out, because clients put secrets into it. */
export function describeRequest({ id, method, url }: FastifyRequest) {
  return { request_id: id, method, path: pathOf(url) };
}

/**
 * Fastify's lines of requests: one for each answer at `info`, unless turned off, and those of failures. Fastify gets no logger
 * besides, which would make a child for each request, and whose lines hold the query string.
 */
export class RequestLog extends LogController {
  private readonly logger: ReturnType<AppLogger['withoutRedaction']>;
  private readonly hasLines: boolean;

  constructor(logger: AppLogger, hasLines: boolean) {
    super();
    this.logger = logger.withoutRedaction('Request');
    this.hasLines = hasLines && this.logger.isLevelEnabled('info');
  }

  override incomingRequest(): void {}

  override requestCompleted(_: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    if (!this.hasLines) return;
    this.logger.info(
      {
        ...describeRequest(request),
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 100) / 100,
      },
      'Answered',
    );
  }

  override defaultErrorLog(err: Error, request: FastifyRequest): void {
    this.logger.error({ ...describeRequest(request), err }, 'No filter answered the error');
  }

  override streamError(err: Error, request: FastifyRequest): void {
    this.logger.warn({ ...describeRequest(request), err }, 'The answer ended early');
  }

  override routeNotFound(): void {}

  override writeHeadError(err: Error, request: FastifyRequest): void {
    this.logger.error({ ...describeRequest(request), err }, 'The head of the answer was refused');
  }

  override serializerError(err: Error, request: FastifyRequest): void {
    this.logger.error({ ...describeRequest(request), err }, 'The answer could not be serialized');
  }
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  const path = (end < 0 ? url : url.slice(0, end)).slice(0, MAX_PATH);
  return path.includes('eyJ') || path.includes('@') ? withoutSecrets(path) : path;
}
