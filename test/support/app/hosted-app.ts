import { AppLogger } from '../../../src/common/app.logger.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { createApp } from '../../../src/create-app.js';
import { listenForManagement } from '../../../src/http/management.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';
import { freePort } from '../network/free-port.js';
import { HOST, TEST_ISSUER } from './app-process.js';

export interface HostedAppOptions {
  /** Added to NODE_ENV=test, HOST, PORT and ISSUER_URL. */
  env?: Readonly<Record<string, string>>;
  /** A free port by default. */
  port?: number;
}

/**
 * An instance of the application that listens on a port of its own, as `main.ts` starts it, inside the process of the suite: it starts in a
 * fifth of the time of a process. It writes no log. A suite that kills or freezes an instance, or reads its output, starts an `AppProcess`.
 */
export class HostedApp {
  private constructor(
    readonly port: number,
    private readonly close: () => Promise<void>,
  ) {}

  static async start({ env = {}, port: wanted }: HostedAppOptions = {}): Promise<HostedApp> {
    const port = wanted ?? (await freePort());
    const dataDir = await makeTemporaryDirectory('hosted-app');
    const common = { NODE_ENV: 'test', HOST, PORT: String(port), ISSUER_URL: TEST_ISSUER, DATA_DIR: dataDir };
    const config = loadConfig({ ...common, LOG_LEVEL: 'silent', ...env });
    const logger = new AppLogger(config.log, { write: () => undefined });
    const app = await createApp(config, logger);
    await app.listen(port, HOST);
    await listenForManagement(app, config.http, logger);
    const hosted = new HostedApp(port, async () => {
      await app.close();
      await removeTemporaryDirectory(dataDir);
    });
    rememberResource(hosted, () => hosted.stop());
    return hosted;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  async stop(): Promise<void> {
    forgetResource(this);
    await this.close();
  }
}
