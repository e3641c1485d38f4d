import { isAccepted } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { MemoryDeployment } from '../deployment/memory-deployment.js';
import type { TestSession } from '../load/population.js';
import { allow, type Fault, type FaultContext } from '../run-fault.js';
import { stallAroundRevocations } from './stall-faults.js';

const SESSIONS = 8;
const LENGTH_MS = 3500;

/** What can happen to two instances that have no Redis. */
export const MEMORY_FAULTS: readonly Fault<MemoryDeployment>[] = [
  {
    name: 'no fault',
    run: async ({ load }) => {
      await load.continueFor(2000);
      return performance.now();
    },
  },
  {
    name: 'the instance with the cache stopped around revocations',
    run: (context) =>
      stallAroundRevocations(context, async () => {
        const { holder, other } = await context.deployment.roles();
        return { stalled: holder, revoker: other, warm: (sessions) => warm(context, holder, sessions) };
      }),
  },
  {
    name: 'the instance with the cache cut off from PostgreSQL (black hole)',
    run: blackHoleHolder,
  },
];

async function blackHoleHolder(context: FaultContext<MemoryDeployment>): Promise<number> {
  const { deployment, client, load, promise, newSessions } = context;
  const { holder, other } = await deployment.roles();
  const sessions = await newSessions(SESSIONS);
  await warm(context, holder, sessions);
  const from = performance.now();
  await deployment.databaseLinks[holder.number]!.blackhole();
  await Promise.all(
    sessions.map(async (session) => {
      await client.logout(other, session);
      for (let count = 0; count < 5; count++) await client.read(holder, session);
    }),
  );
  await load.continueFor(Math.max(0, from + LENGTH_MS - performance.now()));
  await deployment.databaseLinks[holder.number]!.pass();
  const endedAt = performance.now();
  await deployment.recovered();
  const span = { from, to: performance.now() };
  allow(promise, { allowance: 'unavailable', instance: holder.number }, span);
  return endedAt;
}

/** Reads a session until the instance has it in its memory for certain. */
async function warm(
  { client }: FaultContext<MemoryDeployment>,
  instance: Instance,
  sessions: readonly TestSession[],
): Promise<void> {
  for (const session of sessions)
    for (let count = 0; count < 3; count++)
      expect(isAccepted(await client.read(instance, session))).toBe(true);
}
