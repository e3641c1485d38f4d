import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { api, type ApiClient } from '../../support/app/api-client.js';
import { freePort } from '../../support/network/free-port.js';
import { ManagedProcess } from '../../support/process/managed-process.js';
import { skewedClock } from '../../support/process/clock-skew.js';
import { waitFor } from '../../support/wait-for.js';
import { expectWithinBound } from './within-bound.js';
import type { IssuerDeployment } from './issuer-deployment.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** For the start of Node.js with NestJS on a busy machine, and for what a stall delays. */
const PATIENCE_MS = 40_000;
const TYPESCRIPT = ['--import', './test/support/typescript.register.mjs'];

type Issuer = Pick<IssuerDeployment, 'url' | 'clientId' | 'clientSecret'>;

/** An API of examples/ as a process of its own, started as its README says. */
export class ExampleApi {
  private readonly client: ApiClient;

  private constructor(
    private readonly process: ManagedProcess,
    readonly url: string,
  ) {
    this.client = api(url);
  }

  /**
   * @param file below examples/
   * @param skewMs how far its clock is ahead
   */
  static async start(file: string, issuer: Issuer, skewMs = 0): Promise<ExampleApi> {
    const port = await freePort();
    const { PATH, HOME } = process.env;
    const example = await ManagedProcess.spawn({
      command: process.execPath,
      args: [...(file.endsWith('.ts') ? TYPESCRIPT : []), join('examples', file)],
      cwd: ROOT,
      env: {
        PATH,
        HOME,
        ISSUER_URL: issuer.url,
        CLIENT_ID: issuer.clientId,
        CLIENT_SECRET: issuer.clientSecret,
        PORT: String(port),
        ...(skewMs === 0 ? {} : skewedClock(skewMs)),
      },
      stopSignal: 'SIGTERM',
    });
    const isUp = () => !example.running || example.output.includes('listening on');
    await waitFor(isUp, { what: file, timeoutMs: PATIENCE_MS });
    if (!example.running) throw new Error(`${file} ended:\n${example.output}`);
    return new ExampleApi(example, `http://127.0.0.1:${port}`);
  }

  get output(): string {
    return this.process.output;
  }

  /** `GET /orders`, without a token by default. */
  orders(token?: string) {
    return this.client.get('/orders', { token: token ?? null });
  }

  /** Resolves when the answer has this status; after the bound, no answer is another one than that or 503. */
  async becomes(status: number, token: string, boundMs: number): Promise<void> {
    const ask = async () => (await this.orders(token)).status;
    await expectWithinBound(status, ask, { boundMs, unavailable: 503 });
  }

  /** @returns the exit code; `null` when a signal ended it */
  stop(): Promise<number | null> {
    this.client.close();
    return this.process.stop();
  }
}
