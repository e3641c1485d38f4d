import type { TcpProxy } from '../../support/network/tcp-proxy.js';
import { waitFor } from '../../support/wait-for.js';
import type { Deployment } from '../deployment/deployment.js';
import type { Instance } from '../deployment/instance.js';
import type { Fault, FaultContext } from '../run-fault.js';

const LENGTH_MS = 2500;
const VICTIM = 0;
const SESSIONS = 8;

/** What can happen between one instance and PostgreSQL. That instance may answer 503; the others only to what waits for its locks. */
export const DATABASE_LINK_FAULTS: readonly Fault<Deployment>[] = [
  onDatabaseLink('black-holed', (link) => link.blackhole()),
  onDatabaseLink('cut', (link) => link.cut()),
  onDatabaseLink('slow (40 ms each way)', (link) => link.delay(40)),
  { name: "one instance's follower frozen (SIGSTOP of its backend)", run: freezeFollower },
];

function onDatabaseLink(state: string, disturb: (link: TcpProxy) => Promise<void>): Fault<Deployment> {
  return {
    name: `${state} link of one instance to PostgreSQL`,
    allows: [{ allowance: 'unavailable', instance: VICTIM }, 'locked'],
    run: async (context) => {
      const { databaseLinks } = context.deployment;
      const sessions = await cachedSessions(context);
      context.breaks();
      await disturb(databaseLinks[VICTIM]!);
      try {
        await revokeBothWays(context, sessions, LENGTH_MS);
      } finally {
        await databaseLinks[VICTIM]!.pass();
      }
      return performance.now();
    },
  };
}

/** Sessions that the victim has answered for from the cache just now. */
async function cachedSessions({ deployment, client, newSessions }: FaultContext<Deployment>) {
  const sessions = await newSessions(SESSIONS);
  await client.warm(deployment.instances[VICTIM]!, sessions, deployment.redis);
  return sessions;
}

/** Ends sessions by way of the victim and of the others in turn, and presents them everywhere. */
async function revokeBothWays(
  { deployment: { instances }, client, load }: FaultContext<Deployment>,
  sessions: Awaited<ReturnType<typeof cachedSessions>>,
  lengthMs: number,
): Promise<void> {
  const until = performance.now() + lengthMs;
  for (const [index, session] of sessions.entries()) {
    const by = instances[index % 2 === 0 ? 1 : VICTIM]!;
    await client.logout(by, session);
    await Promise.all(instances.map((instance) => client.read(instance, session)));
  }
  await load.continueFor(Math.max(0, until - performance.now()));
}

/** The victim follows nothing for a while, though its pool reaches PostgreSQL. */
async function freezeFollower(context: FaultContext<Deployment>): Promise<number> {
  const { deployment } = context;
  const sessions = await cachedSessions(context);
  const pid = await followerOf(deployment, deployment.instances[VICTIM]!);
  process.kill(pid, 'SIGSTOP');
  try {
    await revokeBothWays(context, sessions, LENGTH_MS);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  return performance.now();
}

/** The backend of an instance's follower, found by the ports that its link uses. */
async function followerOf({ postgres, databaseLinks }: Deployment, { number }: Instance): Promise<number> {
  const ports = databaseLinks[number]!.upstreamPorts;
  const find = async () => {
    const [row] = await postgres.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%-follower' AND client_port = ANY($1::int[])`,
      [ports],
    );
    return row?.pid;
  };
  return waitFor(find, { what: 'the backend of the follower' }).then((pid) => pid!);
}
