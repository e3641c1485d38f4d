import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/network/free-port.js';
import { ManagedProcess } from '../../test/support/process/managed-process.js';
import { waitFor } from '../../test/support/wait-for.js';
import type { Usage } from '../server/control.controller.js';
import { pinnedToServerCore } from './cpu-pinning.js';
import { readVerdictCounts, type VerdictCounts } from './verdict-counts.js';

const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;
/** A server is idle when it uses less than a tenth of a core over this time. */
const IDLE_WINDOW_MS = 100;
const IDLE_CPU_MICROSECONDS = IDLE_WINDOW_MS * 100;

export interface BenchServerOptions {
  script: string;
  /** The working directory. */
  cwd: string;
  /** Whether the server runs on a core of its own. */
  pinned: boolean;
  env: Readonly<Record<string, string>>;
}

/** The measured process, and a client of its control endpoints. */
export class BenchServer {
  private constructor(
    private readonly process: ManagedProcess,
    readonly port: number,
  ) {}

  /** Resolves when the server's cache is trusted. @throws Error with the server's output when the start fails */
  static async start({ script, cwd, pinned, env }: BenchServerOptions): Promise<BenchServer> {
    const port = await freePort();
    const node = [process.execPath, script];
    const [command = '', ...args] = pinned ? pinnedToServerCore(node) : node;
    const { PATH, HOME } = process.env;
    const child = await ManagedProcess.spawn({
      command,
      args,
      cwd,
      env: {
        PATH,
        HOME,
        NODE_ENV: 'production',
        LOG_REQUESTS: 'false',
        HOST,
        PORT: String(port),
        MANAGEMENT_PORT: String(port),
        ...env,
      },
      stopSignal: 'SIGTERM',
    });
    const server = new BenchServer(child, port);
    await waitFor(async () => !child.running || (await server.isCacheTrusted()), {
      what: 'the cache to be trusted',
      timeoutMs: READY_TIMEOUT_MS,
    }).catch(() => child.kill9());
    if (!child.running) throw new Error(`the server did not start:\n${child.output}`);
    return server;
  }

  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  get output(): string {
    return this.process.output;
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** Waits for the end of work whose clients have disconnected: a started password hash is always completed. */
  async waitUntilIdle(): Promise<void> {
    await waitFor(
      async () => {
        const before = await this.usage();
        await sleep(IDLE_WINDOW_MS);
        return (await this.usage()).cpuMicroseconds - before.cpuMicroseconds < IDLE_CPU_MICROSECONDS;
      },
      { what: 'the server to be idle', timeoutMs: READY_TIMEOUT_MS },
    );
  }

  usage(): Promise<Usage> {
    return this.requestJson<Usage>('GET', '/bench/control/usage');
  }

  async startAllocations(): Promise<void> {
    await this.requestJson('POST', '/bench/control/allocations/start');
  }

  async stopAllocations(): Promise<number> {
    return (await this.requestJson<{ bytes: number }>('POST', '/bench/control/allocations/stop')).bytes;
  }

  /** @returns single indexed UPDATEs per second, which the server executes without requests */
  async bareUpdates(durationMs: number, concurrency: number): Promise<number> {
    const path = `/bench/control/updates?ms=${durationMs}&concurrency=${concurrency}`;
    return (await this.requestJson<{ perSecond: number }>('POST', path)).perSecond;
  }

  async verdictCounts(): Promise<VerdictCounts> {
    return readVerdictCounts(await this.metrics());
  }

  async isCacheTrusted(): Promise<boolean> {
    return /^ergodrive_cache_trust\{state="trusted"\} 1$/m.test(await this.metrics());
  }

  private async metrics(): Promise<string> {
    return (await this.request('GET', '/metrics')).text();
  }

  private async requestJson<T>(method: string, path: string): Promise<T> {
    const text = await (await this.request(method, path)).text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  private async request(method: string, path: string): Promise<Response> {
    const response = await fetch(this.url + path, { method, signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
