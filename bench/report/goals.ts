import type { Findings } from '../measurements/everything.js';
import type { Saturation } from '../load/saturation.js';
import { ratioOf, type Spread, spreadOf } from '../statistics/spread.js';

export interface Goal {
  readonly measure: string;
  readonly wanted: number;
  /** Whether the figure must be at least or at most what is wanted. */
  readonly sense: '≥' | '≤';
  readonly measured: Spread;
  readonly isMet: boolean;
}

const throughputOf = (rounds: readonly Saturation[]): number[] =>
  rounds.map(({ requestsPerSecond }) => requestsPerSecond);
/** Requests that a second of the server's processor time pays for. */
const economyOf = (rounds: readonly Saturation[]): number[] =>
  rounds.map(({ cpuMicrosecondsPerRequest }) => 1e6 / cpuMicrosecondsPerRequest);

/** What was aimed at, and what came out. Every figure is a ratio or a count, taken in this run. */
export function judgeGoals(findings: Findings): Goal[] {
  const { throughput, hashing, redisMemory, resources } = findings;
  const { cases, bareUpdates } = throughput;
  const warmCommands = [...resources.warm.redisCommands.values()].reduce((sum, count) => sum + count, 0);
  return [
    goal('warm route / do-nothing guard, by throughput', '≥', 0.55, compare(cases.warm, cases.guarded)),
    goal('warm route / do-nothing guard, by processor time', '≥', 0.55, economy(cases.warm, cases.guarded)),
    goal('warm route / tutorial way', '≥', 8, compare(cases.warm, cases.tutorial)),
    goal('warm route / database read per request', '≥', 2.8, compare(cases.warm, cases.database)),
    goal('Redis down / database read per request', '≥', 0.9, compare(cases.down, cases.database)),
    ...growthGoals(findings),
    goal('Redis commands per warm request', '≤', 2, spreadOf([warmCommands])),
    goal('Redis round trips per warm request', '≤', 1, spreadOf([resources.warm.redisReads])),
    goal('p99 of warm requests while logins hash / without', '≤', 1.5, p99Ratio(hashing)),
    goal('Redis bytes per cached user with 3 sessions', '≤', 600, spreadOf([redisMemory.perUser])),
    goal('Redis bytes per revoked token', '≤', 150, spreadOf([redisMemory.perRevokedToken])),
    goal('refresh / one bare indexed UPDATE', '≥', 0.5, ratioOf(throughputOf(cases.refresh), bareUpdates)),
  ];
}

function growthGoals({ growth: { stages } }: Findings): Goal[] {
  const [first, last] = [stages[0], stages.at(-1)];
  if (first === undefined || last === undefined) return [];
  const measure = `warm throughput with ${last.users.toLocaleString('en')} users / with ${first.users}`;
  return [goal(measure, '≥', 0.95, compare(last.warm, first.warm))];
}

function goal(measure: string, sense: Goal['sense'], wanted: number, measured: Spread): Goal {
  // What is printed with two digits is judged with two digits: 2.0004 commands are the two that belong to the request.
  const rounded = Math.round(measured.median * 100) / 100;
  return { measure, sense, wanted, measured, isMet: sense === '≥' ? rounded >= wanted : rounded <= wanted };
}

export function compare(of: readonly Saturation[], to: readonly Saturation[]): Spread {
  return ratioOf(throughputOf(of), throughputOf(to));
}

function economy(of: readonly Saturation[], to: readonly Saturation[]): Spread {
  return ratioOf(economyOf(of), economyOf(to));
}

function p99Ratio({ hashing, quiet }: Findings['hashing']): Spread {
  return ratioOf(
    hashing.map(({ p99Ms }) => p99Ms),
    quiet.map(({ p99Ms }) => p99Ms),
  );
}
