import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from '../cases/bench-context.js';
import { loginScripts } from '../cases/write-cases.js';
import { runClosedLoop } from '../load/closed-loop.js';
import type { BenchServer } from '../stack/bench-server.js';
import { postgresCpuMs } from '../stack/postgres-cpu.js';

/** Few, so that logins follow each other as those of people do. */
const LOGIN_CONNECTIONS = 2;

/** Milliseconds of PostgreSQL's processor time for a login, in each round, without what idle instances use in the same time. */
export interface LoginCost {
  readonly oneInstance: number[];
  readonly manyInstances: number[];
}

/** Logins at one instance, alone and with others on the same database. They end no session. */
export async function measureLoginCost(context: BenchContext): Promise<LoginCost> {
  const { instances } = context.plan.loginCost;
  const oneInstance = await rounds(context);
  const others: BenchServer[] = [];
  try {
    while (others.length + 1 < instances) others.push(await context.stack.startBeside(context.databaseUrl));
    return { oneInstance, manyInstances: await rounds(context) };
  } finally {
    await Promise.all(others.map((server) => server.stop()));
  }
}

async function rounds(context: BenchContext): Promise<number[]> {
  const { plan, server, stack } = context;
  const { rounds: count, measureMs } = plan.loginCost;
  const usedBy = async <T>(work: () => Promise<T>): Promise<readonly [number, T]> => {
    const before = await postgresCpuMs(stack.postgres.pid);
    const result = await work();
    return [(await postgresCpuMs(stack.postgres.pid)) - before, result];
  };
  const costs: number[] = [];
  while (costs.length < count) {
    const script = { connections: loginScripts(context, LOGIN_CONNECTIONS), once: false };
    const beganAt = performance.now();
    const [ofLogins, { requests }] = await usedBy(() =>
      runClosedLoop(server, script, { settleMs: 0, measureMs }),
    );
    const tookMs = performance.now() - beganAt;
    await server.waitUntilIdle();
    const [ofIdle] = await usedBy(() => sleep(tookMs));
    costs.push((ofLogins - ofIdle) / requests);
  }
  return costs;
}
