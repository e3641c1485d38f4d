import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type AppLogger, isoTime } from '../common/app.logger.js';
import { newHistogram } from '../common/metrics.js';
import { addressOf } from '../common/network.js';
import { withoutSecrets } from '../common/redaction.js';
import type { AuthenticatedRequest, RequestOfClient } from './request-context.decorators.js';
import { METHODS } from './methods.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the trace that the request belongs to; absent while nothing is traced. */
    traceId?: string;
  }
}

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];
/** Of requests that no route takes. Clients choose their paths and methods, and each value of a label takes memory. */
const UNKNOWN_ROUTE = 'unknown';
const OTHER_METHOD = 'other';
const MAX_PATH = 200;

/** A request, and who sent it as far as that was authenticated. */
type LoggedRequest = FastifyRequest & Partial<AuthenticatedRequest> & RequestOfClient;

/** What a log line says of a request. The query string is left out, because clients put secrets into it. */
export function describeRequest({ id, traceId, method, url, ip, user, clientId }: LoggedRequest) {
  const sender = { ip: addressOf(ip), user_id: user?.id, session_id: user?.sessionId, client_id: clientId };
  return { request_id: id, trace_id: traceId, method, path: pathOf(url), ...sender };
}

/** Within this time, or when there are so many, the lines of answers are written. */
const MAX_AGE_MS = 100;
const MAX_ANSWERS = 64;
const MAX_ADDRESSES = 1000;

/** What may be a secret or an e-mail address in a path: they were put there by mistake. */
const SUSPECT = /eyJ|ergodrive_secret_|@|%40/;
const EMAIL = /[^/]+(@|%40)[^/]*/g;

/** Printable ASCII without quotes and backslashes. */
const PLAIN = /^[ !#-[\]-~]*$/;
const HEAD = '{"level":"info"';
const ABOUT = `,"pid":${process.pid},"context":"Request","request_id":"`;
const LAST = ',"msg":"Answered"}\n';

interface Answer {
  readonly id: string;
  readonly traceId: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly ip: string;
  readonly userId: string | undefined;
  readonly sessionId: string | undefined;
  readonly clientId: string | undefined;
  readonly status: number;
  readonly durationMs: number;
  readonly atMs: number;
}

/**
 * Counts answers, and writes Fastify's lines of requests: those of failures, and unless turned off one at `info` for each answer, except a
 * probe's good one. Fastify gets no logger besides, which would make a child for each request, and whose lines hold the query string.
 *
 * The lines of answers are made several at a time: one at a time, between requests, each costs twice as much (bench/NOTES.md).
 */
export class RequestLog extends LogController {
  private readonly durations = newHistogram(
    'ergodrive_http_request_duration_seconds',
    'Time from the head of a request to the end of its answer, by the template of the route',
    BUCKETS_SECONDS,
    ['method', 'route', 'status'],
  );
  private readonly hasLines: boolean;
  private answers: Answer[] = [];
  /** Members with addresses in one spelling, by the spelling that requests have: to spell an IPv6 address takes 4 µs, more than its line. */
  private readonly addresses = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private readonly timeOf = isoTime();

  constructor(
    private readonly output: AppLogger,
    hasLines: boolean,
  ) {
    super();
    this.hasLines = hasLines && output.has('info');
    output.collect(() => this.writeAnswers());
  }

  override incomingRequest(): void {}

  override requestCompleted(_: Error | null, request: LoggedRequest, reply: FastifyReply): void {
    this.observe(request, reply);
    if (!this.hasLines || isProbe(request, reply)) return;
    const { id, traceId, method, url, ip, user, clientId } = request;
    this.answers.push({
      id,
      traceId,
      method,
      url,
      ip,
      userId: user?.id,
      sessionId: user?.sessionId,
      clientId,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      atMs: Date.now(),
    });
    if (this.answers.length >= MAX_ANSWERS) this.output.flush();
    else this.timer ??= setTimeout(() => this.flushOld(), MAX_AGE_MS).unref();
  }

  private observe({ method, routeOptions }: FastifyRequest, { statusCode, elapsedTime }: FastifyReply): void {
    const labels = {
      method: METHODS.includes(method) ? method : OTHER_METHOD,
      // Missing where no route takes the request.
      route: (routeOptions.config as { url?: string }).url ?? UNKNOWN_ROUTE,
      status: `${Math.floor(statusCode / 100)}xx`,
    };
    this.durations.observe(labels, elapsedTime / 1000);
  }

  /** The timer also runs on when 64 lines were written: the lines of later answers are then written before they are 100 ms old. */
  private flushOld(): void {
    this.timer = undefined;
    this.output.flush();
  }

  private writeAnswers(): void {
    const { answers } = this;
    if (answers.length === 0) return;
    this.answers = [];
    for (const answer of answers) this.output.writeLine(this.lineOf(answer));
  }

  /** As pino makes lines, in a quarter of the time. Every text is escaped: no value of a request can end its member or its line. */
  private lineOf(made: Answer): string {
    const { id, traceId, method, url, ip, userId, sessionId, clientId, status, durationMs, atMs } = made;
    const trace = optional(',"trace_id":"', traceId);
    const request = `${text(ABOUT, id)}${trace}${text(',"method":"', method)}${text(',"path":"', pathOf(url))}`;
    const ids = `${optional(',"user_id":"', userId)}${optional(',"session_id":"', sessionId)}${optional(',"client_id":"', clientId)}`;
    const sender = `${this.addressOf(ip)}${ids}`;
    return `${HEAD}${this.timeOf(atMs)}${request}${sender},"status":${status},"duration_ms":${hundredths(durationMs)}${LAST}`;
  }

  /** The member: JSON, `null` for text that is no address. */
  private addressOf(ip: string): string {
    const known = this.addresses.get(ip);
    if (known !== undefined) return known;
    if (this.addresses.size >= MAX_ADDRESSES) this.addresses.clear();
    const address = `,"ip":${JSON.stringify(addressOf(ip))}`;
    this.addresses.set(ip, address);
    return address;
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

/** Probes and scrapes come every second, and their good answers say nothing. */
const isProbe = ({ url }: FastifyRequest, { statusCode }: FastifyReply): boolean =>
  statusCode < 400 && (url.startsWith('/health') || url === '/metrics');

/** Nothing for an absent value. */
const optional = (start: string, value: string | undefined): string =>
  value === undefined ? '' : text(start, value);

/** JSON, with two decimals. To make the text of a whole number takes less than half the time of that of a fraction. */
function hundredths(value: number): string {
  const all = Math.round(value * 100);
  const rest = all % 100;
  return `${(all - rest) / 100}${rest < 10 ? '.0' : '.'}${rest}`;
}

/**
 * A member as JSON. To look for characters that need an escape takes a third of the time of `JSON.stringify`.
 * @param start ends with the quote that begins the text
 */
function text(start: string, value: string): string {
  return PLAIN.test(value) ? `${start}${value}"` : start + JSON.stringify(value).slice(1);
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  const path = (end < 0 ? url : url.slice(0, end)).slice(0, MAX_PATH);
  return SUSPECT.test(path) ? withoutSecrets(path).replace(EMAIL, '[address]') : path;
}
