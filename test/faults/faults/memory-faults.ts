import { waitFor } from '../../support/wait-for.js';
import { isAccepted } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { MemoryDeployment } from '../deployment/memory-deployment.js';
import type { TestSession } from '../load/population.js';
import { allow, type Fault, type FaultContext } from '../run-fault.js';
import { stallAroundRevocations } from './stall-faults.js';

const SESSIONS = 8;

/** What can happen to two instances that have no Redis. */
export const MEMORY_FAULTS: readonly Fault<MemoryDeployment>[] = [
  {
    name: 'no fault',
    breaksNothing: true,
    run: async ({ load }) => {
      await load.continueFor(2000);
      return performance.now();
    },
  },
  {
    name: 'one instance stopped around revocations',
    run: (context) =>
      stallAroundRevocations(context, () => {
        const [stalled, revoker] = context.deployment.instances as [Instance, Instance];
        return { stalled, revoker, warm: (sessions) => warm(context, stalled, sessions) };
      }),
  },
  {
    name: 'one instance cut off from PostgreSQL (black hole), until the other uses its memory',
    run: blackHoleOne,
  },
];

/** The row of the instance that is cut off is removed after 3 s, and the other one uses its memory until it is back. */
async function blackHoleOne(context: FaultContext<MemoryDeployment>): Promise<number> {
  const { deployment, client, promise, newSessions } = context;
  const [lost, other] = deployment.instances as [Instance, Instance];
  const [sessions, later] = [await newSessions(SESSIONS), await newSessions(SESSIONS)];
  await warm(context, lost, sessions);
  const from = performance.now();
  await deployment.databaseLinks[lost.number]!.blackhole();
  await Promise.all(
    sessions.map(async (session) => {
      await client.logout(other, session);
      for (let count = 0; count < 5; count++) await client.read(lost, session);
    }),
  );
  await other.recovered();
  await warm(context, other, later);
  await deployment.databaseLinks[lost.number]!.pass();
  const endedAt = performance.now();
  await Promise.all(later.map((session) => endOnceBack(context, lost, other, session)));
  await deployment.recovered();
  const span = { from, to: performance.now() };
  allow(promise, { allowance: 'unavailable', instance: lost.number }, span);
  return endedAt;
}

/** Ends a session at the instance that was lost as soon as it can, while the other one still uses its memory, and presents it there. */
async function endOnceBack(
  { client }: FaultContext<MemoryDeployment>,
  lost: Instance,
  other: Instance,
  session: TestSession,
): Promise<void> {
  const isAnswered = async () => {
    const { status } = await client.logout(lost, session);
    return status > 0 && status < 500;
  };
  await waitFor(isAnswered, { what: 'an answer of the instance that was lost' });
  for (let count = 0; count < 3; count++) await client.read(other, session);
}

/** Reads a session until the instance has it in its memory for certain, if it uses that. */
async function warm(
  { client }: FaultContext<MemoryDeployment>,
  instance: Instance,
  sessions: readonly TestSession[],
): Promise<void> {
  for (const session of sessions)
    for (let count = 0; count < 3; count++)
      expect(isAccepted(await client.read(instance, session))).toBe(true);
}
