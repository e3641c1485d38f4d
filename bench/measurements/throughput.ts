import type { BenchContext } from '../cases/bench-context.js';
import { READ_CASES, readCase, type ReadKey } from '../cases/read-cases.js';
import { repeatOnWrongSource, verifyProtection, verifySource } from '../cases/verdict-source.js';
import { WRITE_CASES, type WriteKey } from '../cases/write-cases.js';
import { type ClosedLoopResult, runClosedLoop } from '../load/closed-loop.js';
import { readScript } from '../load/script.js';
import { measureInterleaved } from './interleaved-rounds.js';

export interface Throughput {
  cases: Record<ReadKey | WriteKey, ClosedLoopResult[]>;
  /** Single indexed UPDATEs per second, measured in each round after the refreshes. */
  bareUpdates: number[];
}

/** Every case at saturation. */
export async function measureThroughput(context: BenchContext): Promise<Throughput> {
  const keys = READ_CASES.map(({ key }) => key);
  const reads = await measureInterleaved(keys, context.plan, (key) =>
    repeatOnWrongSource(context.discarded, () => measureRead(context, key)),
  );
  const { writes, bareUpdates } = await measureWrites(context);
  return { cases: { ...reads, ...writes }, bareUpdates };
}

async function measureRead(context: BenchContext, key: ReadKey): Promise<ClosedLoopResult> {
  const { plan, server } = context;
  const found = readCase(key);
  const script = readScript(found.requests(context), plan.connections, found.once ?? false);
  await found.prepare?.(context);
  try {
    await verifyProtection(server, found);
    return await verifySource(server, found, () => runClosedLoop(server, script, plan));
  } finally {
    await found.restore?.(context);
  }
}

async function measureWrites(
  context: BenchContext,
): Promise<{ writes: Record<WriteKey, ClosedLoopResult[]>; bareUpdates: number[] }> {
  const { plan, server } = context;
  const bareUpdates: number[] = [];
  const keys = WRITE_CASES.map(({ key }) => key);
  const writes = await measureInterleaved(keys, plan, async (key) => {
    const found = WRITE_CASES.find((each) => each.key === key);
    if (found === undefined) throw new RangeError(`no case ${key}`);
    const result = await runClosedLoop(server, await found.script(context), plan);
    await server.waitUntilIdle();
    if (key === 'refresh') bareUpdates.push(await server.bareUpdates(plan.measureMs, plan.connections));
    return result;
  });
  return { writes, bareUpdates: bareUpdates.slice(plan.warmUpRounds) };
}
