import { slotOf } from '../../src/redis/cluster/cluster-slots.js';
import type { TestSession } from '../faults/load/population.js';
import type { Fault } from '../faults/run-fault.js';
import type { RedisServer } from '../support/redis/redis-server.js';
import type { ClusterDeployment } from './cluster-deployment.js';
import { type Context, keyOf, logOut, warmSessions } from './cluster-faults.js';

const AFTERWARDS_MS = 1500;
const MOST_SESSIONS = 4;
const SHARD = 2;

interface Move {
  readonly from: RedisServer;
  readonly to: RedisServer;
  /** After the keys were moved, and before sessions end. */
  before?(): Promise<void>;
  /** After sessions have ended, and before the keys are moved back. */
  after?(): Promise<void>;
  /** Who has the slot in the end; the source by default. */
  readonly owner?: RedisServer;
}

/** Moves of slots that do not end as they began. Each is taken back: entries that were moved return to the master that is asked. */
export const SLOT_MOVE_FAULTS: readonly Fault<ClusterDeployment>[] = [
  takenBack('a move of slots cancelled', ({ cluster: { shards } }) =>
    Promise.resolve({ from: shards[SHARD].master, to: shards[0].master }),
  ),
  takenBack('a move of slots to a master without slots cancelled', async ({ cluster }) => ({
    from: cluster.shards[SHARD].master,
    to: await cluster.addMaster(),
  })),
  takenBack('a move of slots to a frozen master cancelled', ({ cluster: { shards } }) => {
    const to = shards[0].master;
    return Promise.resolve({
      from: shards[SHARD].master,
      to,
      before: async () => to.freeze(),
      after: async () => to.thaw(),
    });
  }),
  {
    name: 'a replica takes over in the middle of a move of slots, and the keys are moved back',
    run: async (context) => {
      const { cluster } = context.deployment;
      const shard = cluster.shards[SHARD];
      await takeBack(context, {
        from: shard.master,
        to: cluster.shards[0].master,
        owner: shard.replica,
        before: () => cluster.promote(shard),
      });
      await context.deployment.recovered();
      await cluster.promote({ master: shard.replica, replica: shard.master });
      return performance.now();
    },
  },
];

function takenBack(
  name: string,
  moveOf: (deployment: ClusterDeployment) => Promise<Move>,
): Fault<ClusterDeployment> {
  return { name, run: async (context) => takeBack(context, await moveOf(context.deployment)) };
}

/** Moves the keys of some users, ends their sessions, and moves the keys back. */
async function takeBack(context: Context, move: Move): Promise<number> {
  const { deployment, client, load } = context;
  const { cluster, instances } = deployment;
  const { from, to, owner = from } = move;
  const sessions = (await warmSessions(context, SHARD)).slice(0, MOST_SESSIONS);
  await cluster.replicated(cluster.shards[SHARD]);
  const slots = [...new Set(sessions.map(slotOfSession))];
  for (const slot of slots) {
    await cluster.openSlot(slot, from, to);
    await cluster.moveKeys(slot, from, to);
  }
  await move.before?.();
  await endEach(context, sessions);
  await move.after?.();
  for (const slot of slots) {
    // A source of a move takes no keys that it does not have.
    await cluster.cancelMove(slot, owner);
    await cluster.moveKeys(slot, to, owner);
    await cluster.cancelMove(slot, to);
  }
  const endedAt = performance.now();
  await client.presentUntil(load.continueFor(AFTERWARDS_MS), instances, sessions);
  return endedAt;
}

const slotOfSession = (session: TestSession): number => slotOf(keyOf(session));

/** Half of them by logout, which puts the token on the blacklist, and half by an administrator, which does not. */
async function endEach(context: Context, sessions: readonly TestSession[]): Promise<void> {
  const { client, deployment } = context;
  const half = Math.floor(sessions.length / 2);
  const [instance] = deployment.instances;
  await Promise.all([
    logOut(context, sessions.slice(0, half)),
    ...sessions.slice(half).map((session) => client.endAll(instance!, session.user, [session])),
  ]);
}
