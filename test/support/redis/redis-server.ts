import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../network/free-port.js';
import type { ManagedProcess } from '../process/managed-process.js';
import { ManagedService } from '../process/managed-service.js';
import { withRedis, type RedisReply } from './redis-connection.js';
import { launchRedis, type RedisProgram } from './redis-launch.js';
import { waitFor } from '../wait-for.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';

export interface RedisServerOptions {
  /** More command line options: `['--maxmemory', '10mb']`. They win over the defaults. */
  args?: readonly string[];
  /** Where it keeps its files; a private folder, removed on `stop()`, by default. Created if missing. */
  dir?: string;
  /** A free port by default. */
  port?: number;
  password?: string;
  /** Redis, or what `TEST_REDIS_SERVER` names, by default. */
  program?: RedisProgram;
}

export interface RedisRestartOptions {
  /**
   * `true`: a running server saves first, a killed one finds what it had on disk. `false`: starts empty.
   */
  keepData: boolean;
  /** Starts from this snapshot (see `RedisServer.save`) instead of its own. */
  rdb?: string;
}

/** A private Redis on 127.0.0.1 that a test may kill, freeze and roll back. It saves nothing unasked. */
export class RedisServer extends ManagedService {
  private constructor(
    process: ManagedProcess,
    private readonly dir: string,
    private readonly ownsDir: boolean,
    readonly port: number,
    private readonly password: string | undefined,
    private readonly args: readonly string[],
    private readonly program: RedisProgram | undefined,
  ) {
    super(process);
  }

  /** Starts it and waits until it answers. Throws with its log if it does not within 10 s. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const dir = options.dir ?? (await makeTemporaryDirectory('redis'));
    await mkdir(dir, { recursive: true });
    const port = options.port ?? (await freePort());
    const args = serverArguments(port, dir, options);
    const { password, program } = options;
    const process = await launchRedis(args, redisUrl(port, password), program);
    return new RedisServer(process, dir, options.dir === undefined, port, password, args, program);
  }

  get url(): string {
    return redisUrl(this.port, this.password);
  }

  /** Sends one command on a connection of its own. Throws on an error reply, or when no answer comes in 5 s. */
  async cli(...command: string[]): Promise<RedisReply> {
    return withRedis(this.url, (redis) => redis.send(...command));
  }

  /** Writes a snapshot of the data now, and copies it to `path` if one is given. */
  async save(path?: string): Promise<void> {
    await this.cli('SAVE');
    if (path) await copyFile(this.rdbPath, path);
  }

  /** Refuses every write from now on (MISCONF): a save fails, because a folder has the name of the snapshot. */
  async failSaves(): Promise<void> {
    await rm(this.rdbPath, { force: true });
    await mkdir(this.rdbPath);
    await this.cli('CONFIG', 'SET', 'save', '3600 1000000');
    await this.cli('BGSAVE');
    const hasFailed = async () =>
      String(await this.cli('INFO', 'persistence')).includes('rdb_last_bgsave_status:err');
    await waitFor(hasFailed, { what: 'the save to fail' });
  }

  /** Ends what `failSaves()` began. */
  async repairSaves(): Promise<void> {
    await rm(this.rdbPath, { recursive: true });
    await this.save();
    await this.cli('CONFIG', 'SET', 'save', '');
  }

  /** Ends it if it runs and starts it again on the same port with the same options. */
  async restart({ keepData, rdb }: RedisRestartOptions): Promise<void> {
    if (this.running) {
      this.thaw();
      if (keepData && !rdb) await this.save();
      await this.kill9();
    }
    if (!keepData || rdb) await this.removeData();
    if (rdb) await copyFile(rdb, this.rdbPath);
    this.process = await launchRedis(this.args, this.url, this.program);
  }

  /** Ends it and removes its private folder. */
  async stop(): Promise<void> {
    await this.process.stop();
    if (this.ownsDir) await removeTemporaryDirectory(this.dir);
  }

  private get rdbPath(): string {
    return join(this.dir, 'dump.rdb');
  }

  private async removeData(): Promise<void> {
    await rm(this.rdbPath, { force: true });
    await rm(join(this.dir, 'appendonlydir'), { recursive: true, force: true });
  }
}

function redisUrl(port: number, password: string | undefined): string {
  return `redis://${password ? `:${encodeURIComponent(password)}@` : ''}127.0.0.1:${port}`;
}

function serverArguments(port: number, dir: string, { args = [], password }: RedisServerOptions): string[] {
  const network = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  const persistence = ['--save', '', '--appendonly', 'no'];
  const secret = password ? ['--requirepass', password, '--masterauth', password] : [];
  return [...network, ...persistence, ...secret, ...args];
}
