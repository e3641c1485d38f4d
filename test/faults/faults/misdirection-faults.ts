import { PostgresDump } from '../../support/postgres/postgres-dump.js';
import type { PostgresServer } from '../../support/postgres/postgres-server.js';
import { PostgresStandby } from '../../support/postgres/postgres-standby.js';
import { waitFor } from '../../support/wait-for.js';
import { copyDatabase } from '../deployment/copied-database.js';
import type { Deployment } from '../deployment/deployment.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession } from '../load/population.js';
import { expectRecordHolds } from './record-agreement.js';
import type { Fault, FaultContext } from '../run-fault.js';

const MISLED = 0;
const SESSIONS = 6;
/** How long an instance may take to notice that it has the wrong server. */
const NOTICE_BOUND_MS = 3000;
const AFTERWARDS_MS = 1500;

/** One instance is led to a server that is not the one that the others use. It must serve nothing. */
export const MISDIRECTION_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'one instance led to a hot standby whose replay is paused',
    allows: [{ allowance: 'unavailable', instance: MISLED }],
    run: async (context) => {
      const standby = await PostgresStandby.of(context.deployment.postgres);
      const groups = await prepare(context);
      await standby.caughtUp();
      await standby.pauseReplay();
      const endedAt = await misdirect(context, standby.server, groups);
      await standby.stop();
      return endedAt;
    },
  },
  {
    name: 'one instance led to a copy of the database in another cluster',
    allows: [{ allowance: 'unavailable', instance: MISLED }],
    run: async (context) => {
      const groups = await prepare(context);
      const dump = await PostgresDump.of(context.deployment.database.url);
      const copy = await copyDatabase(dump);
      const endedAt = await misdirect(context, copy, groups);
      await copy.stop();
      await dump.remove();
      return endedAt;
    },
  },
];

/** Every recovery to a point in time, and every promotion, ends on a later timeline of the same system. */
export const laterTimeline: Fault<Deployment> = {
  name: 'one instance led to a copy with a later timeline, while the others go on',
  allows: [{ allowance: 'unavailable', instance: MISLED }],
  run: async (context) => {
    const copy = await PostgresStandby.of(context.deployment.postgres);
    const groups = await prepare(context);
    await copy.caughtUp();
    await copy.promote();
    const endedAt = await misdirect(context, copy.server, groups);
    await copy.stop();
    return endedAt;
  },
};

/** Sessions that both servers have. */
interface Groups {
  /** In the cache, to be ended on the right server. */
  readonly ended: TestSession[];
  /** In the cache, of researchers who are to be demoted there. */
  readonly demoted: TestSession[];
  /** Presented to the misled instance only, and only while it is misled. */
  readonly unknown: TestSession[];
}

async function prepare({ deployment, client, newSessions }: FaultContext<Deployment>): Promise<Groups> {
  const [ended, demoted, unknown] = [
    await newSessions(SESSIONS),
    await newSessions(SESSIONS),
    await newSessions(SESSIONS),
  ];
  const right = deployment.instances[1]!;
  await Promise.all(demoted.map(({ user }) => client.setRole(right, user, 'researcher')));
  await client.warm(right, [...ended, ...demoted], deployment.redis);
  return { ended, demoted, unknown };
}

async function misdirect(
  context: FaultContext<Deployment>,
  wrong: PostgresServer,
  groups: Groups,
): Promise<number> {
  const { deployment, client } = context;
  const { instances, databaseLinks, postgres } = deployment;
  context.breaks();
  databaseLinks[MISLED]!.redirect({ port: wrong.port });
  const sessions = await changeElsewhere(context, groups);
  try {
    await expectNothingServed(context, sessions);
    await expectNothingCached(deployment, groups.unknown);
  } finally {
    databaseLinks[MISLED]!.redirect({ port: postgres.port });
  }
  const endedAt = performance.now();
  await client.presentUntil(deployment.recovered(), instances, [...groups.ended, ...groups.demoted]);
  await expectRecordHolds(context, sessions);
  return endedAt;
}

/** Changes what the wrong server has, and opens sessions that it has not. @returns all of them */
async function changeElsewhere(
  { deployment, client, newSessions }: FaultContext<Deployment>,
  { ended, demoted, unknown }: Groups,
): Promise<TestSession[]> {
  const [, right, other] = deployment.instances as [Instance, Instance, Instance];
  await Promise.all([
    ...ended.map((session) => client.logout(right, session)),
    ...demoted.map(({ user }) => client.setRole(other, user, 'student')),
  ]);
  return [...ended, ...demoted, ...unknown, ...(await newSessions(SESSIONS))];
}

/** From the time at which the misled instance says that it is unhealthy, it answers 503 to everything. */
async function expectNothingServed(
  { deployment, client, load }: FaultContext<Deployment>,
  sessions: readonly TestSession[],
): Promise<void> {
  const misled = deployment.instances[MISLED]!;
  const presentAll = () => Promise.all(sessions.map((session) => client.read(misled, session)));
  await presentAll();
  await waitFor(() => misled.isUnhealthy(), {
    what: 'the misled instance to say that it is unhealthy, and why',
    timeoutMs: NOTICE_BOUND_MS,
  });
  const answers = await presentAll();
  await load.continueFor(AFTERWARDS_MS);
  answers.push(...(await presentAll()));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
}

async function expectNothingCached({ redis }: Deployment, sessions: readonly TestSession[]): Promise<void> {
  const keys = sessions.map(({ user }) => `user:${user.id}`);
  expect(await redis.cli('EXISTS', ...keys)).toBe(0);
}
