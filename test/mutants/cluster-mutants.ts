import type { Mutant } from './mutant.js';

const TABLE = 'src/redis/cluster/slot-table.ts';
const SHARD = 'src/redis/cluster/redis-cluster-shard.ts';
const STORE = 'src/cache/redis-cluster.store.ts';
const TABLE_SPEC = ['src/redis/cluster/slot-table.spec.ts'] as const;
const MOVES_SPEC = ['test/cluster/broken-off-moves.long.spec.ts'] as const;
const CLUSTER_SPEC = ['test/cluster/redis-cluster.long.spec.ts'] as const;

/** Which shard of a Redis Cluster is read and when, and where entries are deleted. */
export const CLUSTER_MUTANTS: readonly Mutant[] = [
  {
    name: 'a slot that two masters claim is read from one of them',
    file: TABLE,
    text: 'one !== undefined && others.length === 0 &&',
    replacement: 'one !== undefined &&',
    specs: TABLE_SPEC,
  },
  {
    name: 'a slot is read before the log was replayed on its master',
    file: TABLE,
    text: 'this.claims.get(one)?.[slot] === PROVEN;',
    replacement: 'this.claims.has(one);',
    specs: TABLE_SPEC,
  },
  {
    name: 'a slot that another master had is read at once',
    file: TABLE,
    text: 'return holder !== owner.id;',
    replacement: 'return false;',
    specs: TABLE_SPEC,
  },
  {
    name: 'a value is accepted whose slot was moved during the read',
    file: STORE,
    text: 'if (this.cluster.reader(slot) !== shard)',
    replacement: 'if (this.cluster.shards.length === 0)',
    specs: CLUSTER_SPEC,
    test: 'stopped reading its slot',
  },
  {
    name: 'an entry whose slot is moving stays where it is moved to',
    file: SHARD,
    text: 'if (other === undefined) throw',
    replacement: 'if (other !== undefined) return true;\n      if (other === undefined) throw',
    specs: CLUSTER_SPEC,
    test: 'whose slot is moving',
  },
  {
    name: 'a deletion counts on a shard that is not used',
    file: STORE,
    text: 'isRead.includes(false)',
    replacement: 'isRead.length === -1',
    specs: CLUSTER_SPEC,
    test: 'while one is frozen',
  },
  {
    name: 'a slot that was gained during a replay counts as replayed',
    file: TABLE,
    text: 'state <= NOT_CLAIMED || state > round',
    replacement: 'state <= NOT_CLAIMED',
    specs: TABLE_SPEC,
  },
  {
    name: 'a slot is read at once when the connection was lost during the wait',
    file: TABLE,
    text: 'holder === owner.id ? owner.id : CONTESTED',
    replacement: 'owner.id',
    specs: TABLE_SPEC,
  },
  {
    name: 'a slot that another master had is read without a wait',
    file: SHARD,
    text: 'if (tookOver) await pause(TAKEOVER_MS);',
    replacement: 'if (tookOver) await pause(0);',
    specs: CLUSTER_SPEC,
    test: 'after a second at the earliest',
  },
  {
    name: 'a promoted replica is read without a replay',
    file: SHARD,
    text: 'await hooks.prepare(this);',
    replacement: 'await Promise.resolve(hooks);',
    specs: CLUSTER_SPEC,
    test: 'replays the log on a promoted replica',
  },
  {
    name: 'ASKDELETED: an ASK that cannot be followed counts as deleted',
    file: SHARD,
    text: 'this.outdateEntries();\n      return false;',
    replacement: 'return true;',
    specs: MOVES_SPEC,
    test: 'when the target was',
  },
  {
    name: 'NOFLOOR: an ASK that cannot be followed ends no acceptance',
    file: SHARD,
    text: 'this.context.hooks.outdate();',
    replacement: '',
    specs: MOVES_SPEC,
    test: 'before a replay that could not follow',
  },
  {
    name: 'a deletion counts that finds nothing because its key has left',
    file: SHARD,
    text: 'isComplete && performance.now() >= this.countsFrom',
    replacement: 'isComplete',
    specs: MOVES_SPEC,
    test: 'no repeated deletion',
  },
  {
    name: 'ANYNODE: an entry counts on any node',
    file: STORE,
    text: 'stored?.node === shard.id ? stored.value : undefined',
    replacement: 'stored?.value',
    specs: MOVES_SPEC,
    test: 'a replica took over',
  },
];
