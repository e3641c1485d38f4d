import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../network/free-port.js';
import type { ManagedProcess } from '../process/managed-process.js';
import { withRedis, type RedisReply } from './redis-connection.js';
import { launchRedis } from './redis-launch.js';

export interface SentinelOptions {
  /** Where it keeps its configuration, which it rewrites. Created if missing. */
  dir: string;
  masterName: string;
  masterPort: number;
  quorum: number;
  downAfterMs: number;
  /** What the sentinel asks its clients for, and gives to the other sentinels. */
  password?: string | undefined;
  /** Of the master that is watched. */
  masterPassword?: string | undefined;
  /** More lines of the configuration. */
  lines?: readonly string[] | undefined;
}

/** One Redis Sentinel on 127.0.0.1, watching one master. */
export class Sentinel {
  private constructor(
    private readonly process: ManagedProcess,
    readonly port: number,
    private readonly url: string,
  ) {}

  static async start(options: SentinelOptions): Promise<Sentinel> {
    const port = await freePort();
    const path = join(options.dir, 'sentinel.conf');
    await mkdir(options.dir, { recursive: true });
    await writeFile(path, configuration(port, options));
    const login = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
    const url = `redis://${login}127.0.0.1:${port}`;
    return new Sentinel(await launchRedis([path, '--sentinel'], url), port, url);
  }

  /** Sends one command. Throws on an error reply, or when no answer comes in 5 s. */
  async cli(...command: string[]): Promise<RedisReply> {
    return withRedis(this.url, (sentinel) => sentinel.send(...command));
  }

  /** The port of the master that this sentinel names now. */
  async masterPort(masterName: string): Promise<number> {
    const [, port] = (await this.cli('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)) as [string, string];
    return Number(port);
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}

function configuration(
  port: number,
  { dir, masterName, masterPort, quorum, downAfterMs, password, masterPassword, lines = [] }: SentinelOptions,
): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `sentinel monitor ${masterName} 127.0.0.1 ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
    `sentinel failover-timeout ${masterName} 5000`,
    ...(password === undefined ? [] : [`requirepass ${password}`]),
    ...(masterPassword === undefined ? [] : [`sentinel auth-pass ${masterName} ${masterPassword}`]),
    ...lines,
    '',
  ].join('\n');
}
