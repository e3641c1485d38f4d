import { slotOf } from '../../src/redis/cluster/cluster-slots.js';
import type { Fault, FaultContext } from '../faults/run-fault.js';
import type { TestSession } from '../faults/load/population.js';
import type { ClusterDeployment } from './cluster-deployment.js';

export type Context = FaultContext<ClusterDeployment>;

const CANDIDATES = 24;

export const keyOf = ({ user }: TestSession): string => `user:${user.id}`;

/** Sessions of users whose entries one shard has. */
async function sessionsOn({ deployment, newSessions }: Context, shard: number): Promise<TestSession[]> {
  const sessions = await newSessions(CANDIDATES);
  const shards = await Promise.all(sessions.map((session) => deployment.cluster.shardOf(keyOf(session))));
  return sessions.filter((_, index) => shards[index] === shard);
}

/** Fills the entries of one shard. @returns the sessions of their users */
export async function warmSessions(context: Context, shard: number): Promise<TestSession[]> {
  const { deployment, client } = context;
  const sessions = await sessionsOn(context, shard);
  expect(sessions.length).toBeGreaterThan(0);
  await client.warm(deployment.instances[0]!, sessions, deployment.cluster.shards[shard]!.master);
  return sessions;
}

export async function logOut(
  { deployment, client }: Context,
  sessions: readonly TestSession[],
): Promise<void> {
  const { instances } = deployment;
  await Promise.all(
    sessions.map((session, index) => client.logout(instances[index % instances.length]!, session)),
  );
}

/** What can happen to the shards of a cluster. They are run in this order, on one cluster. */
export const CLUSTER_FAULTS: readonly Fault<ClusterDeployment>[] = [
  {
    name: 'one shard frozen for 4 s (SIGSTOP)',
    run: async (context) => {
      const { deployment, load } = context;
      const sessions = await warmSessions(context, 0);
      const { master } = deployment.cluster.shards[0];
      master.freeze();
      const logouts = logOut(context, sessions);
      await load.continueFor(4000);
      master.thaw();
      await logouts;
      return performance.now();
    },
  },
  {
    name: 'slots moved while they are read',
    run: async (context) => {
      const { deployment, client } = context;
      const { cluster, instances } = deployment;
      const sessions = await warmSessions(context, 1);
      const [{ master: to }, { master: from }] = cluster.shards;
      const moves = async () => {
        for (const session of sessions) {
          const slot = slotOf(keyOf(session));
          await cluster.moveSlot(slot, from, to, () => logOut(context, [session]));
        }
      };
      await client.presentUntil(moves(), instances, sessions);
      const endedAt = performance.now();
      await client.presentUntil(deployment.recovered(), instances, sessions);
      return endedAt;
    },
  },
  {
    name: 'a replica takes over while its master lives',
    usesUp: true,
    run: async (context) => {
      const { deployment, client } = context;
      const { cluster, instances } = deployment;
      const sessions = await warmSessions(context, 0);
      await cluster.replicated(cluster.shards[0]);
      const takeOver = async () => {
        await Promise.all([cluster.promote(cluster.shards[0]), logOut(context, sessions)]);
      };
      await client.presentUntil(takeOver(), instances, sessions);
      const endedAt = performance.now();
      await client.presentUntil(deployment.recovered(), instances, sessions);
      return endedAt;
    },
  },
  {
    name: 'one shard killed, its replica promoted',
    usesUp: true,
    run: async (context) => {
      const { deployment, client, load } = context;
      const { cluster, instances } = deployment;
      const sessions = await warmSessions(context, 1);
      await cluster.replicated(cluster.shards[1]);
      await cluster.shards[1].master.kill9();
      await Promise.all([logOut(context, sessions), load.continueFor(1000)]);
      await cluster.promote(cluster.shards[1]);
      const endedAt = performance.now();
      await client.presentUntil(deployment.recovered(), instances, sessions);
      return endedAt;
    },
  },
  {
    name: 'a replica promoted without the last writes',
    usesUp: true,
    run: async (context) => {
      const { deployment, client } = context;
      const { cluster, instances } = deployment;
      const [, , shard] = cluster.shards;
      const sessions = await warmSessions(context, 2);
      await cluster.replicated(shard);
      await cluster.stallReplication(shard);
      await logOut(context, sessions);
      for (const session of sessions)
        expect(String(await cluster.onReplica(shard, keyOf(session)))).toContain(session.id);
      await shard.master.kill9();
      await cluster.promote(shard);
      const endedAt = performance.now();
      await client.presentUntil(deployment.recovered(), instances, sessions);
      return endedAt;
    },
  },
];
