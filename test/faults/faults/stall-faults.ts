import type { Deployment } from '../deployment/deployment.js';
import type { Operation } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession } from '../load/population.js';
import { allow, type Fault, type FaultContext, type TestDeployment } from '../run-fault.js';

interface Round {
  /** How long the instance is stopped: below, about and above the time of a lease. */
  readonly stallMs: number;
  /** Whether what else fails does so before the instance is stopped, or after it. */
  readonly disturbsFirst: boolean;
  /** Without load nothing is under way in the stopped instance, so that no timer warns it when it goes on. */
  readonly isQuiet: boolean;
}

const ROUNDS: readonly Round[] = [
  { stallMs: 150, disturbsFirst: true, isQuiet: true },
  { stallMs: 150, disturbsFirst: false, isQuiet: true },
  { stallMs: 900, disturbsFirst: true, isQuiet: false },
  { stallMs: 1700, disturbsFirst: false, isQuiet: true },
  { stallMs: 3200, disturbsFirst: false, isQuiet: false },
];
const SESSIONS_EACH = 6;
/** Timers that came due while a process was stopped fire when it goes on, before what it received is read. */
const AWAKENING_MS = 2000;

interface Stall {
  readonly stalled: Instance;
  readonly revoker: Instance;
  /** Makes the instance hold the sessions in its cache. */
  warm(sessions: readonly TestSession[]): Promise<void>;
  /** What else fails. */
  readonly disturb?: { begin(): Promise<unknown>; end(): Promise<unknown> };
}

/**
 * Stops one instance (SIGSTOP), ends sessions by way of another, and sends requests to the stopped one after that was
 * acknowledged: it must refuse them, however long it was stopped.
 */
export async function stallAroundRevocations<D extends TestDeployment>(
  context: FaultContext<D>,
  nextStall: () => Promise<Stall> | Stall,
): Promise<number> {
  const { load, newSessions, deployment } = context;
  for (const round of ROUNDS) {
    const sessions = await newSessions(SESSIONS_EACH);
    const stall = await nextStall();
    if (round.isQuiet) await load.stop();
    await stall.warm(sessions);
    await stallOnce(context, stall, sessions, round);
    if (round.isQuiet) load.start();
    await deployment.recovered();
  }
  return performance.now();
}

async function stallOnce(
  { client, load, promise }: FaultContext,
  { stalled, revoker, disturb }: Stall,
  sessions: readonly TestSession[],
  { stallMs, disturbsFirst, isQuiet }: Round,
): Promise<void> {
  const from = performance.now();
  const late: Promise<Operation>[] = [];
  try {
    if (disturbsFirst) await disturb?.begin();
    stalled.app.freeze();
    const thawAt = performance.now() + stallMs;
    if (!disturbsFirst) await disturb?.begin();
    const endings = sessions.map(async (session) => {
      await client.logout(revoker, session);
      for (let count = 0; count < 3; count++) late.push(client.read(stalled, session));
    });
    await Promise.all(endings);
    await load.continueFor(Math.max(0, thawAt - performance.now()));
  } finally {
    stalled.app.thaw();
    const to = performance.now() + AWAKENING_MS;
    for (const allowance of ['stalled', 'unavailable'] as const)
      allow(promise, { allowance, instance: stalled.number }, { from, to });
    if (!isQuiet) allow(promise, 'locked', { from, to });
    await disturb?.end();
  }
  await Promise.all(late);
}

/** One instance is stopped while another, in whatever trouble with Redis, ends sessions. */
export const STALL_FAULTS: readonly Fault<Deployment>[] = [
  stallFault('Redis healthy', () => undefined),
  stallFault('the revoker cut off from Redis', ({ links }) => ({
    begin: () => links[1]!.cut(),
    end: () => links[1]!.pass(),
  })),
  stallFault('Redis refusing writes (min-replicas-to-write)', ({ redis }) => ({
    begin: () => redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1'),
    end: () => redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0'),
  })),
  stallFault('Redis pausing writes (CLIENT PAUSE WRITE)', ({ redis }) => ({
    begin: () => redis.cli('CLIENT', 'PAUSE', '60000', 'WRITE'),
    end: () => redis.cli('CLIENT', 'UNPAUSE'),
  })),
];

function stallFault(
  condition: string,
  disturbance: (deployment: Deployment) => Stall['disturb'],
): Fault<Deployment> {
  return {
    name: `instance stopped around revocations, ${condition}`,
    run: (context) => {
      const { deployment, client } = context;
      const [stalled, revoker] = deployment.instances as [Instance, Instance];
      const disturb = disturbance(deployment);
      return stallAroundRevocations(context, () => ({
        stalled,
        revoker,
        warm: (sessions) => client.warm(stalled, sessions, deployment.redis),
        ...(disturb && { disturb }),
      }));
    },
  };
}
