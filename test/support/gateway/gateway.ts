import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { freePort } from '../network/free-port.js';
import { ManagedProcess } from '../process/managed-process.js';
import { ManagedService } from '../process/managed-service.js';
import { serviceBinary } from '../process/service-binary.js';
import { waitFor } from '../wait-for.js';

export type GatewayName = 'nginx' | 'Caddy' | 'HAProxy';

interface GatewayProgram {
  binary: string;
  /** The options that run the example in a folder that has a copy of it. */
  args: (folder: string) => string[];
  /** What the example says of its port, and what the copy says. */
  listen: (port: number) => [example: string, copy: string];
  /** A file that the example needs around it. */
  frame?: { name: string; content: (folder: string) => string };
}

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

const nginxFrame = (folder: string) => `
daemon off;
worker_processes 2;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder};`).join(' ')}
  include nginx.conf;
}`;

const PROGRAMS: Record<GatewayName, GatewayProgram> = {
  nginx: {
    binary: 'nginx',
    args: (folder) => ['-e', 'stderr', '-p', folder, '-c', join(folder, 'frame.conf')],
    listen: (port) => ['listen 8080;', `listen 127.0.0.1:${port};`],
    frame: { name: 'frame.conf', content: nginxFrame },
  },
  Caddy: {
    binary: 'caddy',
    args: (folder) => ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
    listen: (port) => [':8080 {', `:${port} {\n\tbind 127.0.0.1`],
  },
  HAProxy: {
    binary: 'haproxy',
    args: (folder) => ['-db', '-f', join(folder, 'haproxy.cfg')],
    listen: (port) => ['bind :8080', `bind 127.0.0.1:${port}`],
  },
};

const binaryOf = ({ binary }: GatewayProgram) =>
  serviceBinary({ names: [binary], folders: () => FOLDERS, debianPackage: binary });

/** Installs the gateways that the tests run. @throws MissingServiceError */
export async function prepareGateways(): Promise<void> {
  for (const program of Object.values(PROGRAMS)) await binaryOf(program);
}

/** A gateway that runs the example of the documentation. Only addresses differ from the example. */
export class Gateway extends ManagedService {
  private constructor(
    process: ManagedProcess,
    private readonly folder: string,
    readonly port: number,
  ) {
    super(process);
  }

  /**
   * Starts it in front of an API, and waits until it accepts connections.
   * @throws Error with its output when it exits before that, or does not accept connections in time
   */
  static start(name: GatewayName, ports: { auth: number; api: number }): Promise<Gateway> {
    return Gateway.launch(name, 'gateways', { 8000: ports.auth, 3000: ports.api });
  }

  /** Starts HAProxy in front of three instances, as {@link start}. */
  static balance([one, two, three]: readonly [number, number, number]): Promise<Gateway> {
    return Gateway.launch('HAProxy', 'load-balancer', { 8001: one, 8002: two, 8003: three });
  }

  /** @param ports of the example, with those that stand for them */
  private static async launch(
    name: GatewayName,
    example: string,
    ports: Readonly<Record<number, number>>,
  ): Promise<Gateway> {
    const program = PROGRAMS[name];
    const [folder, port] = await Promise.all([makeTemporaryDirectory('gateway'), freePort()]);
    const addresses = Object.entries(ports).map(
      ([from, to]) => [`127.0.0.1:${from}`, `127.0.0.1:${to}`] as const,
    );
    await copyExamples(join(EXAMPLES, example), folder, [program.listen(port), ...addresses]);
    const { frame } = program;
    if (frame !== undefined) await writeFile(join(folder, frame.name), frame.content(folder));
    const gateway = await ManagedProcess.spawn({
      command: await binaryOf(program),
      args: program.args(folder),
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      stopSignal: 'SIGTERM',
    });
    await answers(gateway, port);
    return new Gateway(gateway, folder, port);
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await removeTemporaryDirectory(this.folder);
  }
}

async function answers(gateway: ManagedProcess, port: number): Promise<void> {
  const isUp = async (): Promise<boolean> => {
    if (!gateway.running) return true;
    const response = await fetch(`http://127.0.0.1:${port}/public/start`);
    return response.arrayBuffer().then(() => true);
  };
  await waitFor(isUp, { what: 'the gateway to answer', timeoutMs: 30_000 }).catch(() => gateway.kill9());
  if (gateway.running) return;
  await gateway.exited();
  throw new Error(`the gateway did not start:\n${gateway.output}`);
}

async function copyExamples(
  examples: string,
  folder: string,
  changes: readonly (readonly [string, string])[],
): Promise<void> {
  for (const name of await readdir(examples)) {
    const example = await readFile(join(examples, name), 'utf8');
    const copy = changes.reduce((content, [from, to]) => content.replaceAll(from, to), example);
    await writeFile(join(folder, name), copy);
  }
}
