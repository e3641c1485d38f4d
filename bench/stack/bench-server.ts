import { freePort } from '../../test/support/free-port.js';
import { ManagedProcess } from '../../test/support/managed-process.js';
import { waitFor } from '../../test/support/wait-for.js';
import type { Usage } from '../server/control.controller.js';
import { onServerCore } from './cores.js';
import { readVerdicts, type Verdicts } from './verdicts.js';

const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;

export interface BenchServerOptions {
  script: string;
  /** Where it runs. */
  cwd: string;
  pinned: boolean;
  env: Readonly<Record<string, string>>;
  /** More options for node, such as `--cpu-prof`. */
  nodeOptions?: readonly string[];
}

/** The measured process, and the desk through which it tells what it used. */
export class BenchServer {
  private constructor(
    private readonly process: ManagedProcess,
    readonly port: number,
  ) {}

  /** @throws Error with its output when it does not come up */
  static async start({
    script,
    cwd,
    pinned,
    env,
    nodeOptions = [],
  }: BenchServerOptions): Promise<BenchServer> {
    const port = await freePort();
    const node = [process.execPath, ...nodeOptions, script];
    const [command = '', ...args] = pinned ? onServerCore(node) : node;
    const { PATH, HOME } = process.env;
    const child = await ManagedProcess.spawn({
      command,
      args,
      cwd,
      env: { PATH, HOME, NODE_ENV: 'production', HOST, PORT: String(port), ...env },
      stopSignal: 'SIGTERM',
    });
    const server = new BenchServer(child, port);
    await waitFor(async () => !child.running || (await server.isTrusting()), {
      what: 'the server to trust its cache',
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

  usage(): Promise<Usage> {
    return this.ask<Usage>('GET', '/bench/control/usage');
  }

  async startAllocations(): Promise<void> {
    await this.ask('POST', '/bench/control/allocations/start');
  }

  async stopAllocations(): Promise<number> {
    return (await this.ask<{ bytes: number }>('POST', '/bench/control/allocations/stop')).bytes;
  }

  /** Bare indexed UPDATEs a second, run inside the server in place of requests. */
  async bareUpdates(durationMs: number, concurrency: number): Promise<number> {
    const path = `/bench/control/updates?ms=${durationMs}&concurrency=${concurrency}`;
    return (await this.ask<{ perSecond: number }>('POST', path)).perSecond;
  }

  async verdicts(): Promise<Verdicts> {
    return readVerdicts(await this.metrics());
  }

  /** Whether the server believes its cache. */
  async isTrusting(): Promise<boolean> {
    return /^ergodrive_cache_trust\{state="trusted"\} 1$/m.test(await this.metrics());
  }

  private async metrics(): Promise<string> {
    return (await this.send('GET', '/metrics')).text();
  }

  private async ask<T>(method: string, path: string): Promise<T> {
    const text = await (await this.send(method, path)).text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  private async send(method: string, path: string): Promise<Response> {
    const response = await fetch(this.url + path, { method, signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
