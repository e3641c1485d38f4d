import { READ_CASES, readCase, type ReadKey } from '../cases/read-cases.js';
import { insisting, verifyingJudge, verifyRefusal } from '../cases/verify-judge.js';
import { WRITE_CASES, type WriteKey } from '../cases/write-cases.js';
import type { World } from '../cases/world.js';
import { inLanes } from '../load/script.js';
import { type Saturation, saturate } from '../load/saturation.js';
import { inTurns } from './rounds.js';

export interface Throughput {
  cases: Record<ReadKey | WriteKey, Saturation[]>;
  /** Bare indexed UPDATEs a second, each round right after the refreshes. */
  bareUpdates: number[];
}

/** Every case at saturation. */
export async function measureThroughput(world: World): Promise<Throughput> {
  const reads = await measureReads(
    world,
    READ_CASES.map(({ key }) => key),
  );
  const { writes, bareUpdates } = await measureWrites(world);
  return { cases: { ...reads, ...writes }, bareUpdates };
}

/** Reads at saturation, in turns. */
export function measureReads<Key extends ReadKey>(
  world: World,
  keys: readonly Key[],
): Promise<Record<Key, Saturation[]>> {
  return inTurns(keys, world.plan, (key) => insisting(world.discarded, () => measureRead(world, key)));
}

async function measureRead(world: World, key: ReadKey): Promise<Saturation> {
  const { plan, server } = world;
  const found = readCase(key);
  const script = inLanes(found.requests(world), plan.connections, found.once ?? false);
  await found.prepare?.(world);
  try {
    await verifyRefusal(server, found);
    return await verifyingJudge(server, found, () => saturate(server, script, plan));
  } finally {
    await found.restore?.(world);
  }
}

async function measureWrites(
  world: World,
): Promise<{ writes: Record<WriteKey, Saturation[]>; bareUpdates: number[] }> {
  const { plan, server } = world;
  const bareUpdates: number[] = [];
  const keys = WRITE_CASES.map(({ key }) => key);
  const writes = await inTurns(keys, plan, async (key) => {
    const found = WRITE_CASES.find((each) => each.key === key);
    if (found === undefined) throw new RangeError(`no case ${key}`);
    const result = await saturate(server, await found.script(world), plan);
    if (key === 'refresh') bareUpdates.push(await server.bareUpdates(plan.measureMs, plan.connections));
    return result;
  });
  return { writes, bareUpdates: bareUpdates.slice(plan.warmUpRounds) };
}
