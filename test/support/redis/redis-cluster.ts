import {
  busPort,
  linked,
  nodeId,
  ownSlots,
  type RedisClusterOptions,
  REPLICA_USER,
  SETTLE_TIMEOUT_MS,
  startNode,
} from './redis-cluster-node.js';
import { redisInfo, type RedisReply, withRedis } from './redis-connection.js';
import type { RedisServer } from './redis-server.js';
import { waitFor } from '../wait-for.js';

const SLOTS = 16_384;
/** A failover that no test ordered would fail the test, and a busy machine may keep a node from answering. */
const NODE_TIMEOUT_MS = 120_000;

/** A master, and its replica where the cluster has replicas. */
export interface ClusterShard {
  readonly master: RedisServer;
  readonly replica: RedisServer;
}

/** Three masters and a replica of each on 127.0.0.1. No failover happens unless it is ordered. */
export class RedisClusterServers {
  /** Masters without slots. */
  private readonly added: RedisServer[] = [];

  private constructor(
    readonly shards: readonly [ClusterShard, ClusterShard, ClusterShard],
    private readonly options: RedisClusterOptions,
  ) {}

  /** Starts all nodes and waits until each of them knows the whole cluster. */
  static async start(options: RedisClusterOptions = {}): Promise<RedisClusterServers> {
    const startShard = async (): Promise<ClusterShard> => ({
      master: await startNode(options),
      replica: await startNode(options),
    });
    // One after another, as a free port is free for the first that takes it.
    const shards = [await startShard(), await startShard(), await startShard()] as const;
    const cluster = new RedisClusterServers([...shards], options);
    await cluster.form();
    return cluster;
  }

  get nodes(): RedisServer[] {
    return [...this.shards.flatMap(({ master, replica }) => [master, replica]), ...this.added];
  }

  /** What the application is given; the first nodes are enough. */
  get url(): string {
    return `redis+cluster://${this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  /** Deletes every key on the masters of now. */
  async flush(): Promise<void> {
    const running = this.nodes.filter((node) => node.running);
    await Promise.all(
      running.map((node) =>
        node.cli('FLUSHALL').catch((error: unknown) => {
          if (!String(error).includes('READONLY')) throw error;
        }),
      ),
    );
  }

  /** The nodes that say they are masters with slots, by what each says itself. */
  async masters(): Promise<RedisServer[]> {
    const running = this.nodes.filter((node) => node.running);
    const slots = await Promise.all(running.map((node) => ownSlots(node)));
    return running.filter((_, index) => slots[index]!.length > 0);
  }

  /** The index of the shard that has the key, by the slots at the start. */
  async shardOf(key: string): Promise<number> {
    const slot = Number(await this.shards[0].master.cli('CLUSTER', 'KEYSLOT', key));
    return Math.min(2, Math.floor(slot / Math.ceil(SLOTS / 3)));
  }

  /** Promotes the replica, without the consent of the others or of the master. */
  async promote({ replica }: ClusterShard): Promise<void> {
    await replica.cli('CLUSTER', 'FAILOVER', 'TAKEOVER');
    const isPromoted = async () => ((await replica.cli('ROLE')) as [string])[0] === 'master';
    await waitFor(isPromoted, { what: 'the replica to be promoted', timeoutMs: SETTLE_TIMEOUT_MS });
  }

  /** Keeps the replica from hearing anything more; writes to the master go on. For ever, unless the master is stopped. */
  async stallReplication({ master }: ClusterShard): Promise<void> {
    await master.cli('ACL', 'SETUSER', REPLICA_USER, 'off');
    await master.cli('CLIENT', 'KILL', 'TYPE', 'replica');
  }

  /** What the replica has under a key. */
  async onReplica({ replica }: ClusterShard, key: string): Promise<RedisReply> {
    return withRedis(replica.url, async (redis) => {
      await redis.send('READONLY');
      return redis.send('GET', key);
    });
  }

  /** Waits until the replica has all that the master has now. */
  async replicated({ master, replica }: ClusterShard): Promise<void> {
    const field = (server: RedisServer, name: string) =>
      withRedis(server.url, async (redis) => Number((await redisInfo(redis, 'replication')).get(name)));
    const wanted = await field(master, 'master_repl_offset');
    await waitFor(async () => (await field(replica, 'slave_repl_offset')) >= wanted, {
      what: 'the replica to catch up',
      timeoutMs: SETTLE_TIMEOUT_MS,
    });
  }

  /**
   * Moves a slot with its keys, as `redis-cli --cluster reshard` does.
   * @param meanwhile runs while the slot is open and its keys have been moved
   */
  async moveSlot(
    slot: number,
    from: RedisServer,
    to: RedisServer,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await this.beginMove(slot, from, to);
    await meanwhile();
    const target = await nodeId(to);
    for (const node of [to, from]) await node.cli('CLUSTER', 'SETSLOT', String(slot), 'NODE', target);
  }

  /** Opens a slot and moves its keys; the slot stays open. */
  async beginMove(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    await this.openSlot(slot, from, to);
    await this.moveKeys(slot, from, to);
  }

  /** Takes back what {@link beginMove} has done, by hand. @param owner of the slot: the master from which it was opened, or its replica */
  async takeBack(slot: number, owner: RedisServer, to: RedisServer): Promise<void> {
    await this.cancelMove(slot, owner);
    await this.moveKeys(slot, to, owner);
    await this.cancelMove(slot, to);
  }

  /** Begins to move a slot: the source redirects requests for keys that it has no more (`ASK`). */
  async openSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    const [source, target] = await Promise.all([nodeId(from), nodeId(to)]);
    await to.cli('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', source);
    await from.cli('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', target);
  }

  /** Ends the move of a slot on one node, without having moved it. Its keys stay where they are. */
  async cancelMove(slot: number, node: RedisServer): Promise<void> {
    await node.cli('CLUSTER', 'SETSLOT', String(slot), 'STABLE');
  }

  async moveKeys(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    for (;;) {
      const keys = (await from.cli('CLUSTER', 'GETKEYSINSLOT', String(slot), '100')) as string[];
      if (keys.length === 0) return;
      await from.cli('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys);
    }
  }

  /** Starts another master, which has no slots. */
  async addMaster(): Promise<RedisServer> {
    const node = await startNode(this.options);
    this.added.push(node);
    const [first] = this.nodes;
    await first!.cli('CLUSTER', 'MEET', '127.0.0.1', String(node.port), await busPort(node));
    const id = await nodeId(node);
    for (const each of this.nodes)
      await waitFor(async () => String(await each.cli('CLUSTER', 'NODES')).includes(id), {
        what: 'the nodes to know the new master',
        timeoutMs: SETTLE_TIMEOUT_MS,
      });
    await this.serving([node]);
    return node;
  }

  /** Lets a master claim a slot that another one has. In one transaction: between two commands it may hear of the other. */
  async claimSlot(slot: number, node: RedisServer): Promise<void> {
    const replies = await withRedis(node.url, async (redis) => {
      await redis.send('MULTI');
      for (const command of ['DELSLOTS', 'ADDSLOTS']) await redis.send('CLUSTER', command, String(slot));
      return redis.send('EXEC');
    });
    if (String(replies) !== 'OK,OK') throw new Error(`the slot was not claimed: ${String(replies)}`);
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) node.thaw();
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  private async form(): Promise<void> {
    const size = Math.ceil(SLOTS / 3);
    for (const [index, { master }] of this.shards.entries()) {
      const last = Math.min(SLOTS, (index + 1) * size) - 1;
      await master.cli('CLUSTER', 'ADDSLOTSRANGE', String(index * size), String(last));
      await master.cli('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    }
    const [first, ...others] = this.nodes;
    for (const node of others)
      await first!.cli('CLUSTER', 'MEET', '127.0.0.1', String(node.port), await busPort(node));
    await this.settled(
      (lines) => lines.length === this.nodes.length && lines.every((line) => line.includes('connected')),
    );
    for (const { master, replica } of this.shards)
      await replica.cli('CLUSTER', 'REPLICATE', await nodeId(master));
    await this.settled(
      (lines) => lines.filter((line) => line.includes('slave')).length === this.shards.length,
    );
    for (const { replica } of this.shards) await linked(replica);
    await this.serving(this.nodes);
  }

  /** Waits until these nodes take commands, which they refuse before they have heard of the others' slots. */
  private async serving(nodes: readonly RedisServer[]): Promise<void> {
    for (const node of nodes)
      await waitFor(async () => String(await node.cli('CLUSTER', 'INFO')).includes('cluster_state:ok'), {
        what: 'the cluster to be ok',
        timeoutMs: SETTLE_TIMEOUT_MS,
      });
    for (const node of nodes)
      await node.cli('CONFIG', 'SET', 'cluster-node-timeout', String(NODE_TIMEOUT_MS));
  }

  /** Waits until the lines of `CLUSTER NODES` are so on every node. */
  private async settled(isSettled: (lines: string[]) => boolean): Promise<void> {
    for (const node of this.nodes)
      await waitFor(
        async () =>
          isSettled(
            String(await node.cli('CLUSTER', 'NODES'))
              .trim()
              .split('\n'),
          ),
        {
          what: 'the nodes to know each other',
          timeoutMs: SETTLE_TIMEOUT_MS,
        },
      );
  }
}
