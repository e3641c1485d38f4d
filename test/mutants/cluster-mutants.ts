import { type Mutant, mutantsOf } from './mutant.js';

const SHARD = 'src/redis/cluster/redis-cluster-shard.ts';
const STORE = 'src/cache/redis-cluster.store.ts';
const MOVES_SPEC = 'test/cluster/broken-off-moves.long.spec.ts';
const CLUSTER_SPEC = 'test/cluster/redis-cluster.long.spec.ts';

/** Which shard of a Redis Cluster is read and when, and where entries are deleted. */
export const CLUSTER_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/redis/cluster/slot-table.ts', 'src/redis/cluster/slot-table.spec.ts')`
    a slot that two masters claim is read from one of them
      - one !== undefined && others.length === 0 &&
      + one !== undefined &&
    a slot is read before the log was replayed on its master
      - this.claims.get(one)?.[slot] === PROVEN;
      + this.claims.has(one);
    a slot that another master had is read at once
      - return holder !== owner.id;
      + return false;
    a slot that was gained during a replay counts as replayed
      - state <= NOT_CLAIMED || state > round
      + state <= NOT_CLAIMED
    a slot is read at once when the connection was lost during the wait
      - holder === owner.id ? owner.id : CONTESTED
      + owner.id
  `,
  ...mutantsOf(STORE, CLUSTER_SPEC)`
    a value is accepted whose slot was moved during the read | stopped reading its slot
      - if (this.cluster.reader(slot) !== shard)
      + if (this.cluster.shards.length === 0)
    a deletion counts on a shard that is not used | while one is frozen
      - isRead.includes(false)
      + isRead.length === -1
  `,
  ...mutantsOf(SHARD, CLUSTER_SPEC)`
    an entry whose slot is moving stays where it is moved to | whose slot is moving
      - if (other === undefined) throw
      + if (other !== undefined) return true;
      +       if (other === undefined) throw
    a slot that another master had is read without a wait | after a second at the earliest
      - if (tookOver) await pause(TAKEOVER_MS);
      + if (tookOver) await pause(0);
    a promoted replica is read without a replay | replays the log on a promoted replica
      - await hooks.prepare(this);
      + await Promise.resolve(hooks);
  `,
  ...mutantsOf(SHARD, MOVES_SPEC)`
    ASKDELETED: an ASK that cannot be followed counts as deleted | when the target was
      - this.outdateEntries();
      -       return false;
      + return true;
    NOFLOOR: an ASK that cannot be followed ends no acceptance | before a replay that could not follow
      - this.context.hooks.outdate();
      +
    a deletion counts that finds nothing because its key has left | no repeated deletion
      - isComplete && performance.now() >= this.countsFrom
      + isComplete
  `,
  ...mutantsOf(STORE, MOVES_SPEC)`
    ANYNODE: an entry counts on any node | a replica took over
      - stored?.node === shard.id ? stored.value : undefined
      + stored?.value
  `,
];
