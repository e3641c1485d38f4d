import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

export interface ApiRequest {
  /** Sent as JSON; `URLSearchParams` as a form; a string as it is (give its `content-type`). */
  body?: unknown;
  /** Sent as `Authorization: Bearer`. `null` sends none where the client has one. */
  token?: string | null;
  headers?: Readonly<Record<string, string>>;
  /** 10 000 by default. */
  timeoutMs?: number;
}

export interface ApiResponse<Body> {
  status: number;
  headers: IncomingHttpHeaders;
  /** Parsed if it is JSON, text otherwise. Nothing has checked that it has the type `Body`. */
  body: Body;
  /** From the call until the body was read. */
  durationMs: number;
}

/** What tests read without ceremony: any JSON value, whose members they then assert on. */
export type JsonBody = Record<string, unknown>;

/**
 * Unused connections are closed after this time. A server of Node closes them after 5 s, and a request that is sent at that
 * moment gets ECONNRESET: no answer, though nothing has failed.
 */
const IDLE_CONNECTION_MS = 2000;

/** Speaks HTTP to one base URL over kept-alive connections. A status is never an error; no answer is. */
export class ApiClient {
  constructor(
    private readonly baseUrl: string,
    private readonly token: string | undefined,
    private readonly agent: Agent,
  ) {}

  /** The same client with this access token on every request. */
  as(token: string): ApiClient {
    return new ApiClient(this.baseUrl, token, this.agent);
  }

  get<Body = JsonBody>(path: string, options?: ApiRequest): Promise<ApiResponse<Body>> {
    return this.send('GET', path, options);
  }

  post<Body = JsonBody>(path: string, body?: unknown, options?: ApiRequest): Promise<ApiResponse<Body>> {
    return this.send('POST', path, { body, ...options });
  }

  put<Body = JsonBody>(path: string, body?: unknown, options?: ApiRequest): Promise<ApiResponse<Body>> {
    return this.send('PUT', path, { body, ...options });
  }

  patch<Body = JsonBody>(path: string, body?: unknown, options?: ApiRequest): Promise<ApiResponse<Body>> {
    return this.send('PATCH', path, { body, ...options });
  }

  delete<Body = JsonBody>(path: string, options?: ApiRequest): Promise<ApiResponse<Body>> {
    return this.send('DELETE', path, options);
  }

  /**
   * Sends one request. It is never repeated: what the server did is what the test sees.
   *
   * @throws Error when the connection fails or no full answer comes within `timeoutMs`
   */
  async send<Body = JsonBody>(
    method: string,
    path: string,
    options: ApiRequest = {},
  ): Promise<ApiResponse<Body>> {
    const started = performance.now();
    const payload = encode(options.body);
    const headers = { ...payload.headers, ...this.authorization(options.token), ...options.headers };
    const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
    const outgoing = request(new URL(path, this.baseUrl), { method, headers, agent: this.agent, signal });
    outgoing.end(payload.data);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = decode(await text(incoming), incoming.headers['content-type']) as Body;
    const { statusCode: status = 0, headers: received } = incoming;
    return { status, headers: received, body, durationMs: performance.now() - started };
  }

  /** Closes the kept connections. */
  close(): void {
    forgetResource(this.agent);
    this.agent.destroy();
  }

  private authorization(token: string | null | undefined): Record<string, string> {
    const chosen = token === undefined ? this.token : token;
    return chosen ? { authorization: `Bearer ${chosen}` } : {};
  }
}

/** A client for a server at `baseUrl`; its connections close with {@link ApiClient.close} or the suite. */
export function api(baseUrl: string, { token }: { token?: string } = {}): ApiClient {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS });
  const client = new ApiClient(baseUrl, token, agent);
  rememberResource(agent, async () => client.close());
  return client;
}

function encode(body: unknown): { data?: string; headers: Record<string, string> } {
  if (body === undefined) return { headers: {} };
  if (typeof body === 'string') return { data: body, headers: lengthOf(body) };
  const form = body instanceof URLSearchParams;
  const data = form ? body.toString() : JSON.stringify(body);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return { data, headers: { ...lengthOf(data), 'content-type': type } };
}

function lengthOf(data: string): Record<string, string> {
  return { 'content-length': String(Buffer.byteLength(data)) };
}

function decode(raw: string, contentType = ''): unknown {
  return raw !== '' && /[/+]json\b/.test(contentType) ? (JSON.parse(raw) as unknown) : raw;
}
