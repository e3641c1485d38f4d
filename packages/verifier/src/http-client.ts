import type { Clock } from './clock.js';
import { IssuerError } from './issuer-error.js';

export interface Answer {
  readonly status: number;
  /** `undefined` where the body is not JSON. */
  readonly body: unknown;
}

interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Requests with a deadline and a limit for the body, which `close` ends all. Redirects are refused. */
export class HttpClient {
  private readonly running = new Set<AbortController>();
  private closed = false;

  constructor(
    private readonly fetch: typeof globalThis.fetch,
    private readonly clock: Clock,
  ) {}

  /** @throws IssuerError without an answer in time, or with one that is too large */
  async request(url: string, init: RequestInit, { timeoutMs, maxBytes }: Limits): Promise<Answer> {
    if (this.closed) throw new IssuerError('closed');
    const controller = new AbortController();
    this.running.add(controller);
    const cancel = this.clock.after(timeoutMs, () =>
      controller.abort(new Error(`no answer within ${timeoutMs} ms`)),
    );
    try {
      const response = await this.fetch(url, { ...init, redirect: 'error', signal: controller.signal });
      return { status: response.status, body: parse(await read(response, maxBytes)) };
    } catch (error) {
      throw new IssuerError(`${new URL(url).pathname}: ${reasonOf(error)}`, { cause: error });
    } finally {
      cancel();
      // A body that was not read to its end would hold its connection.
      controller.abort();
      this.running.delete(controller);
    }
  }

  close(): void {
    this.closed = true;
    for (const controller of this.running) controller.abort(new Error('closed'));
  }
}

async function read(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message || cause.name : error.message;
}
