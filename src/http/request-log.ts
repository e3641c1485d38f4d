import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { AppLogger } from '../common/app.logger.js';
import { withoutSecrets } from '../common/redaction.js';
import { RequestMetrics } from './request-metrics.js';

const MAX_PATH = 200;

/** What a log line says of a request. The query string is left out, because clients put secrets into it. */
export function describeRequest({ id, method, url }: FastifyRequest) {
  return { request_id: id, method, path: pathOf(url) };
}

/** Within this time, or when there are so many, the lines of answers are written. */
const MAX_AGE_MS = 100;
const MAX_ANSWERS = 64;

interface Answer {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly durationMs: number;
  readonly atMs: number;
}

/**
 * Counts answers, and writes Fastify's lines of requests: one for each answer at `info`, unless turned off, and those of failures. Fastify gets no logger
 * besides, which would make a child for each request, and whose lines hold the query string.
 *
 * The lines of answers are made several at a time: one at a time, between requests, each costs twice as much (docs/performance.md).
 */
export class RequestLog extends LogController {
  private readonly logger: ReturnType<AppLogger['withoutRedaction']>;
  private readonly metrics = new RequestMetrics();
  private readonly hasLines: boolean;
  private answers: Answer[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Of the answer whose line is made now. */
  private atMs: number | undefined;

  constructor(
    private readonly output: AppLogger,
    hasLines: boolean,
  ) {
    super();
    this.logger = output.withoutRedaction('Request', () => this.atMs ?? Date.now());
    this.hasLines = hasLines && this.logger.isLevelEnabled('info');
    output.collect(() => this.writeAnswers());
  }

  override incomingRequest(): void {}

  override requestCompleted(_: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    this.metrics.answered(request, reply);
    if (!this.hasLines) return;
    const { id, method, url } = request;
    this.answers.push({
      id,
      method,
      url,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      atMs: Date.now(),
    });
    if (this.answers.length >= MAX_ANSWERS) this.output.flush();
    else this.timer ??= setTimeout(() => this.output.flush(), MAX_AGE_MS).unref();
  }

  private writeAnswers(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { answers } = this;
    if (answers.length === 0) return;
    this.answers = [];
    for (const { id, method, url, status, durationMs, atMs } of answers) {
      this.atMs = atMs;
      // Not by `describeRequest`: to copy its members costs more than the rest of the line.
      this.logger.info(
        {
          request_id: id,
          method,
          path: pathOf(url),
          status,
          duration_ms: Math.round(durationMs * 100) / 100,
        },
        'Answered',
      );
    }
    this.atMs = undefined;
  }

  override defaultErrorLog(err: Error, request: FastifyRequest): void {
    this.output.error({ msg: 'No filter answered the error', ...describeRequest(request), err }, 'Request');
  }

  override streamError(err: Error, request: FastifyRequest): void {
    this.output.warn({ msg: 'The answer ended early', ...describeRequest(request), err }, 'Request');
  }

  override routeNotFound(): void {}

  override writeHeadError(err: Error, request: FastifyRequest): void {
    this.output.error(
      { msg: 'The head of the answer was refused', ...describeRequest(request), err },
      'Request',
    );
  }

  override serializerError(err: Error, request: FastifyRequest): void {
    this.output.error(
      { msg: 'The answer could not be serialized', ...describeRequest(request), err },
      'Request',
    );
  }
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  const path = (end < 0 ? url : url.slice(0, end)).slice(0, MAX_PATH);
  return path.includes('eyJ') || path.includes('@') ? withoutSecrets(path) : path;
}
