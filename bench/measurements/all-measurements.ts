import type { BenchContext } from '../cases/bench-context.js';
import type { Plan } from '../plan.js';
import { Population } from '../population/population.js';
import type { Stack } from '../stack/stack.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { type LatencyKey, measureLatency } from './latency.js';
import { type LoginCost, measureLoginCost } from './login-cost.js';
import { type LoginInterference, measureLoginInterference } from './login-interference.js';
import { measureOtherServices, type OtherServices } from './other-services.js';
import { measureRedisMemory, type RedisMemory } from './redis-memory.js';
import { measureRequestLog, type RequestLog } from './request-log.js';
import { measureResources, type Resources } from './resources.js';
import { measureRevocations, type Revocations } from './revocations.js';
import { measureSlowClients, type SlowClients } from './slow-clients.js';
import { measureThroughput, type Throughput } from './throughput.js';

export interface BenchResults {
  /** One message for each measurement that was discarded and repeated. */
  discarded: readonly string[];
  /** Resident memory of the server before its first request. */
  idleResidentBytes: number;
  resources: Resources;
  throughput: Throughput;
  latency: Record<LatencyKey, LatencySummary[]>;
  loginInterference: LoginInterference;
  loginCost: LoginCost;
  slowClients: SlowClients;
  requestLog: RequestLog;
  otherServices: OtherServices;
  redisMemory: RedisMemory;
  revocations: Revocations;
}

const SESSIONS_PER_USER = 3;

/** Runs all measurements one after the other, on one server. */
export async function measureAll(
  stack: Stack,
  plan: Plan,
  log: (line: string) => void,
): Promise<BenchResults> {
  const discarded: string[] = [];
  const results = await withNewServer(stack, plan, discarded, async (context) => {
    const idleResidentBytes = (await context.server.usage()).residentBytes;
    log(`${plan.users} users with ${SESSIONS_PER_USER} sessions each`);
    await context.population.growTo(plan.users, SESSIONS_PER_USER);
    log('throughput at saturation');
    const throughput = await measureThroughput(context);
    log('resources per request');
    const resources = await measureResources(context);
    log('latency at a fixed rate');
    const latency = await measureLatency(context);
    log('latency while passwords are hashed');
    const loginInterference = await measureLoginInterference(context);
    log('cost of a login');
    const loginCost = await measureLoginCost(context);
    log('latency beside slow clients');
    const slowClients = await measureSlowClients(context);
    log('log lines of requests');
    const requestLog = await measureRequestLog(context);
    log('checks for other services');
    const otherServices = await measureOtherServices(context);
    log('memory of Redis');
    const redisMemory = await measureRedisMemory(context);
    log('revocations in PostgreSQL');
    const revocations = await measureRevocations(context);
    return {
      idleResidentBytes,
      resources,
      throughput,
      latency,
      loginInterference,
      loginCost,
      slowClients,
      requestLog,
      otherServices,
      redisMemory,
      revocations,
    };
  });
  return { ...results, discarded };
}

/** Runs the measurement on a new server with an empty database. */
async function withNewServer<T>(
  stack: Stack,
  plan: Plan,
  discarded: string[],
  measure: (context: BenchContext) => Promise<T>,
): Promise<T> {
  const { server, database, databaseUrl } = await stack.startServer();
  const population = new Population(database);
  try {
    return await measure({ stack, plan, server, databaseUrl, population, discarded });
  } finally {
    await server.stop();
    await database.end();
  }
}
