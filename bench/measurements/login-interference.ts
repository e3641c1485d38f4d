import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for.js';
import type { BenchContext } from '../cases/bench-context.js';
import { readCase } from '../cases/read-cases.js';
import { loginScripts } from '../cases/write-cases.js';
import { LoadGenerator } from '../load/load-generator.js';
import { runOpenLoop } from '../load/open-loop.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { measureInterleaved } from './interleaved-rounds.js';

/** Enough to keep the password hasher's queue filled. */
const LOGIN_CONNECTIONS = 8;
const FIRST_LOGIN_TIMEOUT_MS = 20_000;

const KEYS = ['withoutLogins', 'withLogins'] as const;
export type LoginInterference = Record<(typeof KEYS)[number], LatencySummary[]>;

/**
 * Latency of warm requests at a fixed rate, with and without concurrent logins. V8 compiles the login code late because
 * logins are rare, and on the core that serves the requests. Logins therefore run for a while before the first round.
 */
export async function measureLoginInterference(context: BenchContext): Promise<LoginInterference> {
  const { plan, server } = context;
  const { warmUpMs, measureMs } = plan.loginInterference;
  const warm = readCase('warm');
  await warm.prepare?.(context);
  await duringLogins(context, () => sleep(warmUpMs));
  const measure = () => runOpenLoop(server, warm.requests(context), { ...plan, measureMs });
  return measureInterleaved(KEYS, plan.loginInterference, (key) =>
    key === 'withLogins' ? duringLogins(context, measure) : measure(),
  );
}

/** Starts the work after the first login. Resolves when no password is hashed any more. @throws Error when a login failed */
async function duringLogins<T>(context: BenchContext, work: () => Promise<T>): Promise<T> {
  const { server } = context;
  const connections = loginScripts(context, LOGIN_CONNECTIONS);
  let logins = 0;
  const generator = new LoadGenerator(server, { connections, once: false }, () => (logins += 1));
  try {
    await waitFor(() => logins > 0, { what: 'the first login', timeoutMs: FIRST_LOGIN_TIMEOUT_MS });
    return await work();
  } finally {
    await generator.stop();
    await server.waitUntilIdle();
  }
}
