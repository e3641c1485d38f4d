import { join } from 'node:path';
import { freePort } from '../network/free-port.js';
import { redisInfo, withRedis } from './redis-connection.js';
import { RedisServer } from './redis-server.js';
import { Sentinel } from './sentinel.js';
import { TcpProxy } from '../network/tcp-proxy.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { waitFor } from '../wait-for.js';

export interface SentinelClusterOptions {
  /** How many sentinels watch; 3 by default. A majority of them decides on a failover. */
  sentinels?: number;
}

export interface Address {
  host: string;
  port: number;
}

const HOST = '127.0.0.1';
const MASTER_NAME = 'mymaster';
/** A sentinel on a busy machine may do nothing for 30 s, in the state that Redis calls TILT. */
const FAILOVER_TIMEOUT_MS = 45_000;
/**
 * After how long without an answer a sentinel takes the master for dead. While the master lives, longer than a busy
 * machine can keep it from answering: a failover that no test ordered would fail the test.
 */
const DOWN_AFTER_MS = { whileItLives: 120_000, onceKilled: 500 };

/**
 * A master, a replica and sentinels, with a network between master and replica that can be stalled.
 *
 * All reach the master by way of a proxy that passes everything but, on demand, the replication:
 * a sentinel would lead a replica that reports another master address than its own past the proxy.
 */
export class SentinelCluster {
  readonly masterName = MASTER_NAME;

  private constructor(
    private readonly dir: string,
    /** The first master; after a failover it is a replica, or dead. */
    readonly master: RedisServer,
    /** The first replica; after a failover it is the master. */
    readonly replica: RedisServer,
    private readonly front: TcpProxy,
    private readonly watchers: readonly Sentinel[],
  ) {}

  /** Starts all and waits until the sentinels know each other and the replica is in step. About 5 s. */
  static async start({ sentinels = 3 }: SentinelClusterOptions = {}): Promise<SentinelCluster> {
    const dir = await makeTemporaryDirectory('sentinel');
    const masterPort = await freePort();
    const front = await TcpProxy.start({ port: masterPort }, { onlyAfter: 'PSYNC' });
    const syncAtOnce = ['--repl-diskless-sync-delay', '0'];
    const announce = ['--replica-announce-ip', HOST, '--replica-announce-port', String(front.port)];
    const master = await RedisServer.start({ port: masterPort, args: [...syncAtOnce, ...announce] });
    const replica = await RedisServer.start({
      args: [...syncAtOnce, '--replicaof', HOST, String(front.port)],
    });
    const watch = {
      masterName: MASTER_NAME,
      masterPort: front.port,
      downAfterMs: DOWN_AFTER_MS.whileItLives,
    };
    const quorum = Math.floor(sentinels / 2) + 1;
    const watchers = await Promise.all(
      Array.from({ length: sentinels }, (_, index) =>
        Sentinel.start({ ...watch, quorum, dir: join(dir, `sentinel-${index}`) }),
      ),
    );
    const cluster = new SentinelCluster(dir, master, replica, front, watchers);
    await cluster.settle();
    return cluster;
  }

  /** Where the sentinels listen. */
  get sentinels(): Address[] {
    return this.watchers.map(({ port }) => ({ host: HOST, port }));
  }

  /** The master that the first sentinel names now. */
  async masterAddress(): Promise<Address> {
    return { host: HOST, port: await this.firstSentinel.masterPort(this.masterName) };
  }

  async masterUrl(): Promise<string> {
    const { host, port } = await this.masterAddress();
    return `redis://${host}:${port}`;
  }

  /** Keeps the replica from hearing anything more; writes to the master go on. */
  async stallReplication(): Promise<void> {
    await this.front.blackhole();
  }

  async resumeReplication(): Promise<void> {
    await this.front.pass();
  }

  /** Waits until the replica has all that the master has now. */
  async replicated(): Promise<void> {
    const offset = (server: RedisServer, field: string): Promise<number> =>
      withRedis(server.url, async (redis) => Number((await redisInfo(redis, 'replication')).get(field)));
    const wanted = await offset(this.master, 'master_repl_offset');
    await waitFor(async () => (await offset(this.replica, 'slave_repl_offset')) >= wanted, {
      what: 'the replica to catch up',
      timeoutMs: FAILOVER_TIMEOUT_MS,
    });
  }

  /** Orders a failover to the replica and waits until it is done. The old master is not stopped. */
  async failover(): Promise<void> {
    const order = (): Promise<unknown> => this.firstSentinel.cli('SENTINEL', 'FAILOVER', this.masterName);
    await waitFor(order, {
      what: 'a sentinel to accept the failover',
      timeoutMs: FAILOVER_TIMEOUT_MS,
      intervalMs: 200,
    });
    await this.failedOver();
  }

  /** Kills the master as a crash does and waits until the sentinels have promoted the replica. */
  async crashMaster(): Promise<void> {
    await this.master.kill9();
    const setting = ['down-after-milliseconds', String(DOWN_AFTER_MS.onceKilled)];
    await Promise.all(
      this.watchers.map((watcher) => watcher.cli('SENTINEL', 'SET', this.masterName, ...setting)),
    );
    await this.failedOver();
  }

  /** Waits until every sentinel names the replica as the master, and it takes writes. */
  async failedOver(): Promise<void> {
    const promoted = async (): Promise<boolean> => {
      const named = await Promise.all(this.watchers.map((watcher) => watcher.masterPort(this.masterName)));
      const [role] = (await this.replica.cli('ROLE')) as [string];
      return role === 'master' && named.every((port) => port === this.replica.port);
    };
    await waitFor(promoted, {
      what: 'the failover to the replica',
      timeoutMs: FAILOVER_TIMEOUT_MS,
      intervalMs: 50,
    });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.watchers, this.replica, this.master].map((server) => server.stop()));
    await this.front.close();
    await removeTemporaryDirectory(this.dir);
  }

  private get firstSentinel(): Sentinel {
    const [first] = this.watchers;
    if (!first) throw new Error('a cluster without sentinels has nobody to ask');
    return first;
  }

  private async settle(): Promise<void> {
    const line = `status=ok,address=${HOST}:${this.front.port},slaves=1,sentinels=${this.watchers.length}`;
    const informed = async (watcher: Sentinel): Promise<boolean> =>
      String(await watcher.cli('INFO', 'sentinel')).includes(line);
    const all = async (): Promise<boolean> => (await Promise.all(this.watchers.map(informed))).every(Boolean);
    await waitFor(all, {
      what: 'the sentinels to know each other',
      timeoutMs: FAILOVER_TIMEOUT_MS,
      intervalMs: 50,
    });
    await this.replicated();
  }
}
