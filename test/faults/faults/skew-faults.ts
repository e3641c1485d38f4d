import type { Deployment } from '../deployment/deployment.js';
import type { Operation } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import { createUsers, type TestSession, type TestUser } from '../load/population.js';
import { allow, type Fault, type FaultContext } from '../run-fault.js';
import { tokensExpire } from './expiry-faults.js';

const LENGTH_MS = 2500;
const LOGINS = 12;
const CAPPED_USERS = 6;
const CAP = 2;

/** How far the clock of each instance is ahead. */
export const CLOCK_SKEWS_MS = [180_000, 0, -180_000] as const;

/** Instances whose clocks are minutes apart, and whose configurations differ for a while. */
export const SKEW_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'one instance restarted with shorter token and session lifetimes',
    run: async (context) => {
      await restart(context, [1], { ACCESS_TOKEN_EXPIRE_MINUTES: '1', REFRESH_TOKEN_EXPIRE_DAYS: '1' });
      await context.load.continueFor(LENGTH_MS);
      return performance.now();
    },
  },
  {
    name: 'access tokens with a lifetime of 1 min',
    run: async (context) => {
      await restart(context, [0, 2], { ACCESS_TOKEN_EXPIRE_MINUTES: '1', REFRESH_TOKEN_EXPIRE_DAYS: '1' });
      await presentEverywhere(context);
      return tokensExpire.run(context);
    },
  },
  {
    name: `no more than ${CAP} sessions per user`,
    load: { logsIn: false },
    run: async (context) => {
      await restart(context, [0, 1, 2], { SESSIONS_PER_USER: String(CAP) });
      const users = await createUsers(context.deployment.database.url, CAPPED_USERS);
      await Promise.all(users.map((user) => exceedCap(context, user)));
      return performance.now();
    },
  },
];

/** Restarts instances, one after another, with another configuration from then on. */
async function restart(
  { deployment, promise }: FaultContext<Deployment>,
  numbers: readonly number[],
  env: Record<string, string>,
): Promise<void> {
  for (const instance of numbers) {
    const from = performance.now();
    await deployment.instances[instance]!.app.restart(env);
    await deployment.recovered();
    for (const allowance of ['unanswered', 'unavailable'] as const)
      allow(promise, { allowance, instance }, { from, to: performance.now() });
  }
}

/** What one instance has issued is good at the others. */
async function presentEverywhere({
  deployment,
  client,
  newSessions,
}: FaultContext<Deployment>): Promise<void> {
  const { instances } = deployment;
  const accounts = await newSessions(LOGINS);
  const present = async ({ user }: TestSession, index: number) => {
    const session = await client.login(instances[index % instances.length]!, user);
    if (session) await readAll(client, instances, session);
  };
  await Promise.all(accounts.map(present));
}

/** Logs in once more than the account may, at instances with different clocks: the oldest session ends. */
async function exceedCap({ deployment, client }: FaultContext<Deployment>, user: TestUser): Promise<void> {
  const { instances } = deployment;
  const live: TestSession[] = [];
  for (let count = 0; count < 2 * instances.length; count++) {
    const oldest = live.length === CAP ? live.shift() : undefined;
    const session = await client.login(instances[count % instances.length]!, user, oldest && [oldest.id]);
    if (!session) throw new Error('a login was refused');
    live.push(session);
    for (const each of [...live, ...(oldest ? [oldest] : [])]) await readAll(client, instances, each);
  }
}

async function readAll(
  client: FaultContext['client'],
  instances: readonly Instance[],
  session: TestSession,
): Promise<Operation[]> {
  return Promise.all(instances.map((instance) => client.read(instance, session)));
}
