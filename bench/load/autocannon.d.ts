/** The part of autocannon 9 that the benchmark uses. The package contains no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export interface AutocannonRequest {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
    /** Called each time before the request is sent. */
    setupRequest?: (request: AutocannonRequest) => AutocannonRequest;
    onResponse?: (status: number, body: string) => void;
  }

  /** One connection. */
  export interface AutocannonClient {
    /** Parses the responses. autocannon sets its callbacks after `setupClient`. */
    parser: { execute(chunk: Buffer): void };
    opts: { verifyBody?: (body: string) => boolean };
    /** The connection closes after this many responses. */
    responseMax?: number;
    setRequests(requests: AutocannonRequest[]): void;
  }

  export interface AutocannonOptions {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Milliseconds between samples, and the time that `stop()` may take. */
    sampleInt: number;
    /** Seconds. */
    timeout: number;
    setupClient: (client: AutocannonClient) => void;
  }

  export interface AutocannonResult {
    errors: number;
    timeouts: number;
    mismatches: number;
    non2xx: number;
    '2xx': number;
  }

  export interface AutocannonInstance extends EventEmitter, PromiseLike<AutocannonResult> {
    stop(): void;
  }

  export default function autocannon(options: AutocannonOptions): AutocannonInstance;
}
