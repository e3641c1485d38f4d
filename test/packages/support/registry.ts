import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import { freePort } from '../../support/network/free-port.js';
import { ManagedProcess } from '../../support/process/managed-process.js';
import { waitFor } from '../../support/wait-for.js';
import { succeed } from './npm.js';

const FOLDER = resolve('test/packages/registry');
const VERDACCIO = join(FOLDER, 'node_modules/verdaccio/bin/verdaccio');
const PUBLISHED = ['packages/verifier', 'packages/client', 'packages/server/dist'];
/** The registry asks for one, and takes each. */
const TOKEN = 'token-of-the-tests';

/** Installs the registry's program by its own lock file, unless it is there. @throws Error on a Node that it does not run on */
export async function installRegistry(): Promise<void> {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 22)
    throw new Error(
      `the suites of the packages need Node 22 or newer, and this is Node ${process.versions.node}`,
    );
  if (!existsSync(VERDACCIO)) await succeed(FOLDER, 'npm', ['ci', '--no-audit', '--no-fund']);
}

/** A registry of npm on this machine that has the packages of this repository, as `npm publish` put them there. */
export class Registry {
  private constructor(
    private readonly process: ManagedProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(): Promise<Registry> {
    const folder = await makeTemporaryDirectory('registry');
    cpSync(join(FOLDER, 'config.yaml'), join(folder, 'config.yaml'));
    const address = `127.0.0.1:${await freePort()}`;
    const program = await ManagedProcess.spawn({
      command: process.execPath,
      args: [VERDACCIO, '--config', 'config.yaml', '--listen', address],
      cwd: folder,
      stopSignal: 'SIGTERM',
    });
    const registry = new Registry(program, folder, `http://${address}/`);
    await registry.untilReady();
    for (const path of PUBLISHED) await registry.publish(resolve(path), address);
    return registry;
  }

  /** What a project needs to find the packages here, for its `.npmrc`. */
  get npmrc(): string {
    return `@ergodrive:registry=${this.url}\n`;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await removeTemporaryDirectory(this.folder);
  }

  private publish(folder: string, address: string): Promise<string> {
    const settings = [`--registry=${this.url}`, `--//${address}/:_authToken=${TOKEN}`];
    return succeed(folder, 'npm', ['publish', '--ignore-scripts', '--tag=latest', ...settings]);
  }

  private async untilReady(): Promise<void> {
    const isReady = async () => (await fetch(`${this.url}-/ping`)).ok;
    await waitFor(isReady, { what: 'the registry to answer', timeoutMs: 60_000 }).catch((error: unknown) => {
      throw new Error(`the registry did not start:\n${this.process.output}`, { cause: error });
    });
  }
}
