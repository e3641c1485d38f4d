import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ProblemDto } from '../../packages/client/src/generated/types.gen.js';
import { certificatesWith } from './certificates.js';

/** An answer of the service is some KB at most. */
const MAX_BODY_BYTES = 1_048_576;
/** Shorter than proxies keep idle connections: a request on a connection that is being closed would get no answer. */
const IDLE_CONNECTION_MS = 2000;

export interface Answer<Body> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, else the text. Nothing has checked that it has the type. */
  readonly body: Body;
  /** The `code` of a problem document. */
  readonly code: string | undefined;
  /** When the request was sent, by `performance.now()`. */
  readonly sentAt: number;
  /** From the request to the end of the answer, milliseconds. */
  readonly ms: number;
}

export interface Call {
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: object;
}

export interface ServiceClientOptions {
  /** For each request, from its begin to the end of its answer, milliseconds. */
  readonly deadlineMs: number;
  /** Certificates (PEM) of an authority that is accepted beside those of Node.js. */
  readonly ca?: string;
}

/** No complete answer came: the message says why, without the address. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';
}

/** Sends requests to one address over kept connections. A status is never an error. Nothing is repeated. */
export class ServiceClient {
  private readonly agent: HttpAgent;
  private readonly request: typeof httpRequest;

  /** @param baseUrl may have a path, to which the paths of requests are appended */
  constructor(
    readonly baseUrl: URL,
    readonly options: ServiceClientOptions,
  ) {
    const isSecure = baseUrl.protocol === 'https:';
    this.request = isSecure ? httpsRequest : httpRequest;
    const kept = { keepAlive: true, timeout: IDLE_CONNECTION_MS };
    this.agent = isSecure
      ? new HttpsAgent({ ...kept, ca: certificatesWith(options.ca) })
      : new HttpAgent(kept);
  }

  /** The address of a path of the service. */
  urlOf(path: string): URL {
    return new URL(this.baseUrl.href.replace(/\/+$/, '') + path);
  }

  /** @throws NoAnswerError when the connection fails, or no complete answer comes within the deadline */
  async send<Body>(method: string, path: string, { token, body }: Call = {}): Promise<Answer<Body>> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    };
    const { deadlineMs } = this.options;
    // A timer of its own: a timer of AbortSignal.timeout for each of many requests would live until it is due.
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), deadlineMs);
    const sentAt = performance.now();
    try {
      const answer = await this.exchange(method, path, headers, payload, deadline.signal);
      const { body: received, ...rest } = interpret(answer);
      return { ...rest, body: received as Body, sentAt, ms: performance.now() - sentAt };
    } catch (error) {
      throw new NoAnswerError(
        deadline.signal.aborted ? `no answer within ${deadlineMs / 1000} s` : reasonOf(error),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the kept connections. */
  close(): void {
    this.agent.destroy();
  }

  private exchange(
    method: string,
    path: string,
    headers: Record<string, string | number>,
    payload: string | undefined,
    deadline: AbortSignal,
  ): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.agent, signal: deadline };
      const outgoing = this.request(this.urlOf(path), options, (incoming) => {
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > MAX_BODY_BYTES) incoming.destroy(new Error('the answer is larger than 1 MiB'));
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          const { statusCode: status = 0, headers: received } = incoming;
          resolve({ status, headers: received, text: Buffer.concat(chunks).toString() });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }
}

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function interpret({ status, headers, text }: RawAnswer) {
  const body = isJson(headers['content-type']) ? parse(text) : text;
  const code = typeof body === 'object' ? (body as Partial<ProblemDto> | null)?.code : undefined;
  return { status, headers, body, code: typeof code === 'string' ? code : undefined };
}

const isJson = (contentType = '') => /[/+]json\b/.test(contentType);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The message of an error of a connection. One to several addresses has an error for each, and no message. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
