import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const HOST = '127.0.0.1';
const CHILD = fileURLToPath(new URL('../esm/child.js', import.meta.url));
const POLL_MS = 50;
/** The service answers what it has begun. Then it is killed. */
const STOP_MS = 10_000;
/** Another process may take the free port meanwhile. */
const ATTEMPTS = 3;
const MAX_OUTPUT = 100_000;

interface StartOptions {
  /** 0 is a free one. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** The service as a process of its own, in a private folder. It ends with this process at the latest. */
export class ServiceProcess {
  private output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      stream.on(
        'data',
        (piece: Buffer) => (this.output = (this.output + piece.toString()).slice(-MAX_OUTPUT)),
      );
      // A test run that forgets to close the service ends all the same, and the service with it.
      if (stream instanceof Socket) stream.unref();
    }
    child.unref();
    child.channel?.unref();
  }

  /** Starts it and waits until it is ready. @throws Error with its output */
  static async start(options: StartOptions): Promise<ServiceProcess> {
    for (let attempt = 1; ; attempt++) {
      const started = await ServiceProcess.launch(options);
      const failure = await started.untilReady(options.timeoutMs);
      if (failure === undefined) return started;
      await started.stop();
      const isPortTaken = options.port === 0 && started.output.includes('EADDRINUSE');
      if (!isPortTaken || attempt === ATTEMPTS) throw new Error(`ergodrive ${failure}:\n${started.output}`);
    }
  }

  private static async launch({ port, env }: StartOptions): Promise<ServiceProcess> {
    const own = port === 0 ? await freePort() : port;
    const url = `http://${HOST}:${own}`;
    const folder = await mkdtemp(join(tmpdir(), 'ergodrive-'));
    const { PATH, HOME, TMPDIR, SystemRoot } = process.env;
    const child = fork(CHILD, [], {
      cwd: folder,
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH,
        HOME,
        TMPDIR,
        SystemRoot,
        NODE_ENV: 'development',
        HOST,
        PORT: String(own),
        ISSUER_URL: url,
        ...env,
      },
    });
    return new ServiceProcess(child, folder, url);
  }

  /** Ends it and deletes its folder. */
  async stop(): Promise<void> {
    if (this.isRunning) {
      const ended = once(this.child, 'exit');
      this.child.ref();
      this.child.kill('SIGTERM');
      const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @returns why it did not become ready */
  private async untilReady(timeoutMs: number): Promise<string | undefined> {
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      if (!this.isRunning) return `exited with code ${this.child.exitCode}`;
      if (await isReady(this.url)) return undefined;
      await sleep(POLL_MS);
    }
    return `was not ready within ${timeoutMs} ms`;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
