import { READ_CASES } from '../cases/read-cases.js';
import { WRITE_CASES } from '../cases/write-cases.js';
import type { Findings } from '../measurements/everything.js';
import { PACED_CASES } from '../measurements/paced-latency.js';
import { COUNTED_CASES } from '../measurements/resources.js';
import type { Plan } from '../plan.js';
import { compare, type Goal } from './goals.js';
import { figure, medianOf, megabytes, table, withSpread } from './format.js';

const titleOf = (key: string): string => READ_CASES.find((each) => each.key === key)?.title ?? key;

export interface Report {
  date: string;
  machine: readonly string[];
  plan: Plan;
  findings: Findings;
  goals: readonly Goal[];
}

/** The whole of `RESULTS.md`. */
export function writeMarkdown(report: Report): string {
  const { date, machine, plan, findings } = report;
  return `# Benchmark results

Made by \`npm run bench\` on ${date}. Do not edit: run it again.

${machine.map((line) => `- ${line}`).join('\n')}

The server has one core for itself; the load generator, Redis and PostgreSQL (durable, as in production) share the other.
Every ratio is taken within a round, and the cases take turns over ${plan.rounds} rounds: a figure is the median of the
rounds, with the lowest and the highest in parentheses. Every answer was checked: status 200 and the very body expected.
The server's own counters show that each warm request was judged by the cache and each cold one by PostgreSQL; measurements
in which that was not so, because Redis missed the product's deadline, were repeated: ${findings.discarded.length} in this run.

![The cases compared, and the cost of growth](results.svg)

## Goals

${goalsTable(report.goals)}

"By processor time" compares the processor time per request: it holds even where the load generator, on its one core,
could not ask more of the cheaper route.

## Throughput at saturation

${plan.connections} connections, each sending its next request when the answer is there.

${throughputTable(findings)}

"Core" is how busy the server's core was, password hashing included. Well below 100 %, something else was the limit: the generator, PostgreSQL,
or the wait for the disk. One bare indexed UPDATE: ${figure(medianOf(findings.throughput.bareUpdates, (value) => value))}/s
in the server's place, with the same pool and concurrency. In the mixed load a login waits for the hasher, one
password at a time on one core.

## Latency at ${figure(plan.pacedRequestsPerSecond)} requests a second

An open loop: requests are sent at this rate whether or not answers come.

${latencyTable(findings)}

While logins keep the password hasher busy, warm requests take ${milliseconds(findings.hashing.hashing)} (median, p99)
instead of ${milliseconds(findings.hashing.quiet)}.

## What a request uses

${resourcesTable(findings)}

Allocated bytes are what V8's heap grew by between collections (\`v8.GCProfiler\`); buffers outside the heap are not in them.
Redis' figures were taken one request at a time; commands that the
server sends in the background, a heartbeat when idle and a SCAN now and then, are not counted. The server's resident memory before its first request:
${megabytes(findings.idleResidentBytes)}.

## Growth

So many users, live sessions and revocations in Redis. The sizes took turns under one server over ${plan.growthRounds} rounds and ${plan.growthConnections} connections, by \`SWAPDB\`;
PostgreSQL held the largest population all the time, and was asked by no request. At each size ${plan.growthTokens.toLocaleString('en')} access tokens are
sent in turn, of as many users, spread over all, or several of one; an instance remembers the verified signatures of 50,000. A
single token sent over and over, which stays in the processor's own cache, is answered ${withSpread(compare(findings.growth.oneToken, findings.growth.stages[0]?.warm ?? []))} times as often
at the smallest size.

${growthTable(findings)}
`;
}

function goalsTable(goals: readonly Goal[]): string {
  return table(
    ['measure', 'goal', 'measured', 'met'],
    goals.map(({ measure, sense, wanted, measured, isMet }) => [
      measure,
      `${sense} ${wanted}`,
      withSpread(measured),
      isMet ? 'yes' : '**no**',
    ]),
  );
}

function throughputTable({ throughput: { cases } }: Findings): string {
  return table(
    ['case', 'requests/s', 'to do-nothing guard', 'median ms', 'p99 ms', 'server µs/request', 'core'],
    [...READ_CASES, ...WRITE_CASES].map(({ key, title }) => {
      const rounds = cases[key];
      return [
        title,
        figure(medianOf(rounds, ({ requestsPerSecond }) => requestsPerSecond)),
        withSpread(compare(rounds, cases.guarded)),
        figure(medianOf(rounds, ({ medianMs }) => medianMs)),
        figure(medianOf(rounds, ({ p99Ms }) => p99Ms)),
        figure(medianOf(rounds, ({ cpuMicrosecondsPerRequest }) => cpuMicrosecondsPerRequest)),
        `${(medianOf(rounds, ({ serverCoreShare }) => serverCoreShare) * 100).toFixed(0)} %`,
      ];
    }),
  );
}

function latencyTable({ pacedLatency }: Findings): string {
  return table(
    ['case', 'median ms', 'p99 ms'],
    PACED_CASES.map((key) => [
      titleOf(key),
      figure(medianOf(pacedLatency[key], ({ medianMs }) => medianMs)),
      figure(medianOf(pacedLatency[key], ({ p99Ms }) => p99Ms)),
    ]),
  );
}

function milliseconds(rounds: Findings['hashing']['quiet']): string {
  return `${figure(medianOf(rounds, ({ medianMs }) => medianMs))} ms, ${figure(medianOf(rounds, ({ p99Ms }) => p99Ms))} ms`;
}

function resourcesTable({ resources }: Findings): string {
  return table(
    [
      'case',
      'bytes allocated',
      'Redis commands',
      'round trips',
      'bytes to Redis',
      'bytes from Redis',
      'resident after',
    ],
    COUNTED_CASES.map((key) => {
      const { allocatedBytes, redisCommands, redisReads, redisBytesIn, redisBytesOut, residentBytes } =
        resources[key];
      const commands = [...redisCommands].filter(([, count]) => count >= 0.005);
      return [
        titleOf(key),
        figure(allocatedBytes),
        commands.map(([name, count]) => `${figure(count)} ${name}`).join(', ') || 'none',
        figure(redisReads),
        figure(redisBytesIn),
        figure(redisBytesOut),
        megabytes(residentBytes),
      ];
    }),
  );
}

function growthTable({ growth: { guarded, stages } }: Findings): string {
  const [smallest] = stages;
  return table(
    ['users', 'warm requests/s', 'to the smallest', 'to do-nothing guard', 'Redis memory', 'server resident'],
    stages.map(({ users, warm, redisBytes, residentBytes }) => [
      users.toLocaleString('en'),
      figure(medianOf(warm, ({ requestsPerSecond }) => requestsPerSecond)),
      withSpread(compare(warm, smallest?.warm ?? [])),
      withSpread(compare(warm, guarded)),
      megabytes(redisBytes),
      megabytes(residentBytes),
    ]),
  );
}
