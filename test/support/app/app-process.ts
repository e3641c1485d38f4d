import { join } from 'node:path';
import { APP_ENTRY } from './app-build.js';
import { freePort } from '../network/free-port.js';
import { ManagedProcess } from '../process/managed-process.js';
import { ManagedService } from '../process/managed-service.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { placeEmbeddedPostgres } from '../postgres/embedded-template.js';
import { waitFor } from '../wait-for.js';

export interface AppProcessOptions {
  /** Added to a clean environment: PATH, HOME, NODE_ENV=test, HOST, PORT, ISSUER_URL and nothing else. */
  env?: Readonly<Record<string, string>>;
  /** A free port by default. */
  port?: number;
  /** Where it runs, and so keeps `.data/`; a private folder, removed on `stop()`, by default. */
  cwd?: string;
  /** The script to run instead of the built app. */
  entry?: string;
  /** A command that runs node: `['nice', '-n', '5']`; none by default. */
  launcher?: readonly string[];
  /** How long it may take until it answers; 90 000 by default. */
  readyTimeoutMs?: number;
}

/** The issuer of each application of the tests, so that instances on different ports name the same. */
export const TEST_ISSUER = 'https://issuer.example';

export const HOST = '127.0.0.1';

/** The built app as a process of its own, as in production. */
export class AppProcess extends ManagedService {
  private constructor(
    process: ManagedProcess,
    private readonly cwd: string,
    readonly port: number,
    private options: AppProcessOptions,
  ) {
    super(process);
  }

  /**
   * Starts it and waits until `GET /health/live` answers 200.
   *
   * @throws Error with the app's output when it exits before that, or does not answer in time
   */
  static async start(options: AppProcessOptions = {}): Promise<AppProcess> {
    const cwd = options.cwd ?? (await makeFolder(options));
    const port = options.port ?? (await freePort());
    return new AppProcess(await launch(cwd, port, options), cwd, port, options);
  }

  /** Without a slash at the end. */
  get url(): string {
    return appUrl(this.port);
  }

  /**
   * Ends it in good order if it runs, and starts it again: same port and folder.
   *
   * @param env variables to change, from now on
   */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.process.stop();
    this.options = { ...this.options, env: { ...this.options.env, ...env } };
    this.process = await launch(this.cwd, this.port, this.options);
  }

  /**
   * SIGTERM, and SIGKILL after 10 s; removes its private folder.
   *
   * @returns the exit code, `null` if a signal ended it
   */
  async stop(): Promise<number | null> {
    const code = await this.process.stop();
    if (this.options.cwd === undefined) await removeTemporaryDirectory(this.cwd);
    return code;
  }
}

/** A private folder; where the application will use an embedded PostgreSQL, with that. */
async function makeFolder({ env = {}, entry }: AppProcessOptions): Promise<string> {
  const folder = await makeTemporaryDirectory('app');
  const isEmbedded = entry === undefined && !('DATABASE_URL' in env) && !('DATA_DIR' in env);
  if (isEmbedded) await placeEmbeddedPostgres(join(folder, '.data'));
  return folder;
}

function appUrl(port: number): string {
  return `http://${HOST}:${port}`;
}

async function launch(cwd: string, port: number, options: AppProcessOptions): Promise<ManagedProcess> {
  const { env, entry = APP_ENTRY, launcher = [], readyTimeoutMs: timeoutMs = 90_000 } = options;
  const [command, ...args] = [...launcher, process.execPath, entry];
  const app = await ManagedProcess.spawn({
    command,
    args,
    cwd,
    env: { ...cleanEnvironment(), HOST, PORT: String(port), ...env },
    stopSignal: 'SIGTERM',
  });
  const ready = async (): Promise<boolean> => !app.running || (await isLive(port));
  const inTime = await waitFor(ready, { what: 'the app', timeoutMs }).catch(() => false);
  if (inTime && app.running) return app;
  const reason = inTime ? `exited with code ${app.exitCode}` : `did not answer within ${timeoutMs} ms`;
  await app.kill9();
  await app.exited();
  throw new Error(`the app ${reason}:\n${app.output}`);
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), NODE_ENV: 'test', ISSUER_URL: TEST_ISSUER };
}

async function isLive(port: number): Promise<boolean> {
  const response = await fetch(`${appUrl(port)}/health/live`, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.status === 200;
}
