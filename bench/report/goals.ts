import type { ClosedLoopResult } from '../load/closed-loop.js';
import type { BenchResults } from '../measurements/all-measurements.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { differenceOf, ratioOf, type Spread, spreadOf } from '../statistics/spread.js';

export interface Goal {
  readonly measure: string;
  readonly target: number;
  /** Whether the measured value must be at least or at most the target. */
  readonly comparison: '≥' | '≤';
  readonly measured: Spread;
  readonly isMet: boolean;
}

/** Compares the results with the goals. Every value is a ratio, a difference or a count, so it depends little on the machine. */
export function evaluateGoals(results: BenchResults): Goal[] {
  const { loginInterference, slowClients, requestLog, otherServices, redisMemory, resources, revocations } =
    results;
  const { cases, bareUpdates } = results.throughput;
  const warmCommands = [...resources.warm.redisCommands.values()].reduce((sum, count) => sum + count, 0);
  return [
    goal(
      'warm route / do-nothing guard, by throughput',
      '≥',
      0.55,
      throughputRatio(cases.warm, cases.guarded),
    ),
    goal('warm route / do-nothing guard, by processor time', '≥', 0.65, cpuRatio(cases.warm, cases.guarded)),
    goal('warm route / tutorial setup', '≥', 8, throughputRatio(cases.warm, cases.tutorial)),
    goal('warm route / database read per request', '≥', 2.8, throughputRatio(cases.warm, cases.database)),
    goal('gateway check / warm route', '≥', 0.95, throughputRatio(cases.check, cases.warm)),
    goal(
      'introspection / warm route',
      '≥',
      0.7,
      throughputRatio(otherServices.introspected, otherServices.warm),
    ),
    goal(
      'the verifier (VerifierAuthGuard) / do-nothing guard',
      '≥',
      0.85,
      throughputRatio(otherServices.verified, otherServices.guarded),
    ),
    goal('Redis down / database read per request', '≥', 0.9, throughputRatio(cases.down, cases.database)),
    goal('Redis commands per warm request', '≤', 2, spreadOf([warmCommands])),
    goal('Redis round trips per warm request', '≤', 1, spreadOf([resources.warm.redisReads])),
    goal(
      'PostgreSQL time per login with several instances / with 1',
      '≤',
      1.25,
      ratioOf(results.loginCost.manyInstances, results.loginCost.oneInstance),
    ),
    goal('ms that logins add to the p99 of warm requests', '≤', 5, addedToP99(loginInterference)),
    goal(
      'p99 of warm requests beside slow connections / without them',
      '≤',
      2,
      ratioOf(p99Of(slowClients.withSlowClients), p99Of(slowClients.withoutSlowClients)),
    ),
    goal(
      'warm route with a log line per answer / without, by processor time',
      '≥',
      0.95,
      cpuRatio(requestLog.withLines, requestLog.withoutLines),
    ),
    goal('Redis bytes per cached user with 3 sessions', '≤', 600, spreadOf([redisMemory.perUser])),
    goal('Redis bytes per revoked token', '≤', 150, spreadOf([redisMemory.perRevokedToken])),
    goal(
      'revocations, logged and notified / logged only',
      '≥',
      0.8,
      ratioOf(revocations.notified, revocations.logged),
    ),
    goal('refresh / one bare indexed UPDATE', '≥', 0.5, ratioOf(throughputOf(cases.refresh), bareUpdates)),
  ];
}

function goal(measure: string, comparison: Goal['comparison'], target: number, measured: Spread): Goal {
  // Compare the two printed digits: 2.0004 commands per request are the request's 2 and a stray one.
  const rounded = Math.round(measured.median * 100) / 100;
  const isMet = comparison === '≥' ? rounded >= target : rounded <= target;
  return { measure, target, comparison, measured, isMet };
}

export function throughputRatio(of: readonly ClosedLoopResult[], to: readonly ClosedLoopResult[]): Spread {
  return ratioOf(throughputOf(of), throughputOf(to));
}

function throughputOf(rounds: readonly ClosedLoopResult[]): number[] {
  return rounds.map(({ requestsPerSecond }) => requestsPerSecond);
}

function cpuRatio(of: readonly ClosedLoopResult[], to: readonly ClosedLoopResult[]): Spread {
  return ratioOf(requestsPerCpuSecond(of), requestsPerCpuSecond(to));
}

function requestsPerCpuSecond(rounds: readonly ClosedLoopResult[]): number[] {
  return rounds.map(({ cpuMicrosecondsPerRequest }) => 1e6 / cpuMicrosecondsPerRequest);
}

/** Milliseconds. A ratio would grow with the quietness of the machine. */
function addedToP99({ withLogins, withoutLogins }: BenchResults['loginInterference']): Spread {
  return differenceOf(p99Of(withLogins), p99Of(withoutLogins));
}

function p99Of(rounds: readonly LatencySummary[]): number[] {
  return rounds.map(({ p99Ms }) => p99Ms);
}
