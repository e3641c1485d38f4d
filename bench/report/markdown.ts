import { READ_CASES, readCase } from '../cases/read-cases.js';
import { WRITE_CASES } from '../cases/write-cases.js';
import type { BenchResults } from '../measurements/all-measurements.js';
import { LATENCY_CASES } from '../measurements/latency.js';
import type { OtherServices } from '../measurements/other-services.js';
import { COUNTED_CASES } from '../measurements/resources.js';
import type { Plan } from '../plan.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { ratioOf, spreadOf } from '../statistics/spread.js';
import { formatMebibytes, formatMedian, formatNumber, formatSpread, markdownTable } from './format.js';
import { type Goal, throughputRatio } from './goals.js';

export interface Report {
  date: string;
  machine: readonly string[];
  plan: Plan;
  results: BenchResults;
  goals: readonly Goal[];
}

/** The text of `RESULTS.md`. */
export function writeMarkdown({ date, machine, plan, results, goals }: Report): string {
  return `# Benchmark results

\`npm run bench\` generated this file on ${date}. Do not edit it: run the benchmark again.

${machine.map((line) => `- ${line}`).join('\n')}

The server runs alone on one core. The load generator, Redis and PostgreSQL share the other core. PostgreSQL is as durable as
in production. The limits of attempts and the log lines of requests are off. The cases alternate over ${plan.rounds} rounds, and every ratio is computed within a round. A figure is the median of the
rounds, with the lowest and the highest value in parentheses. Every response was checked: its status was 200, and its body was
the expected one. The server's own counters prove that the cache accepted every warm request, and PostgreSQL every cold one.
A measurement is repeated when Redis misses the product's deadline, because PostgreSQL then decides instead. This run
repeated ${results.discarded.length} measurements.

## Goals

${goalsTable(goals)}

"By processor time" compares the processor time per request. That ratio is valid even if the load generator, on one core,
cannot saturate the cheaper route.

## Throughput at saturation

${plan.connections} connections send requests. Each connection sends its next request when the response arrives (a closed loop).

${throughputTable(results)}

"Core" is the share of the server's core that was busy, password hashing included. Where it is well below 100 %, the load
generator, PostgreSQL or the disk was the limit. With the same connection pool and concurrency, the server executes
${formatMedian(results.throughput.bareUpdates, (value) => value)} single indexed UPDATEs per second. In the last case a login waits in the queue of the password hasher, which hashes
one password at a time on one core.

## Latency at ${formatNumber(plan.requestsPerSecond)} requests per second

The load generator sends requests at this rate, whether or not responses arrive (an open loop).

${latencyTable(results)}

Concurrent logins keep the password hasher busy. They change the latency of warm requests from
${latencyOf(results.loginInterference.withoutLogins)} to ${latencyOf(results.loginInterference.withLogins)}.

A login that ends no session takes ${formatMedian(results.loginCost.oneInstance, (ms) => ms)} ms of PostgreSQL's processor time with one
instance, and ${formatMedian(results.loginCost.manyInstances, (ms) => ms)} ms with ${plan.loginCost.instances}, without what idle instances use.

${formatNumber(plan.slowClients.connections)} connections that send their requests byte by byte change it from
${latencyOf(results.slowClients.withoutSlowClients)} to ${latencyOf(results.slowClients.withSlowClients)}.

## Checks for other services

A server that signs access tokens by a key pair (ES256) and is asked by an OAuth client. The verifier runs in the same process, so its
core also answers the verifier's polls.

${otherServicesTable(results)}

## Resources per request

${resourcesTable(results)}

Allocated bytes are the growth of V8's heap between collections (\`v8.GCProfiler\`), without buffers outside the heap. The
Redis columns were measured with one request at a time. They exclude the server's background commands: a heartbeat when
idle, and an occasional SCAN. Before its first request the server had ${formatMebibytes(results.idleResidentBytes)} of resident memory.

## Revocations in PostgreSQL

32 connections revoke sessions by SQL, each connection one session after the other. A server follows the log meanwhile.

${revocationsTable(results)}
`;
}

function goalsTable(goals: readonly Goal[]): string {
  return markdownTable(
    ['measure', 'goal', 'measured', 'met'],
    goals.map(({ measure, comparison, target, measured, isMet }) => [
      measure,
      `${comparison} ${target}`,
      formatSpread(measured),
      isMet ? 'yes' : '**no**',
    ]),
  );
}

function throughputTable({ throughput: { cases } }: BenchResults): string {
  return markdownTable(
    ['case', 'requests/s', 'ratio to do-nothing guard', 'median ms', 'p99 ms', 'server µs/request', 'core'],
    [...READ_CASES, ...WRITE_CASES].map(({ key, title }) => {
      const rounds = cases[key];
      return [
        title,
        formatMedian(rounds, ({ requestsPerSecond }) => requestsPerSecond),
        formatSpread(throughputRatio(rounds, cases.guarded)),
        formatMedian(rounds, ({ medianMs }) => medianMs),
        formatMedian(rounds, ({ p99Ms }) => p99Ms),
        formatMedian(rounds, ({ cpuMicrosecondsPerRequest }) => cpuMicrosecondsPerRequest),
        `${(spreadOf(rounds.map(({ serverCoreShare }) => serverCoreShare)).median * 100).toFixed(0)} %`,
      ];
    }),
  );
}

function latencyTable({ latency }: BenchResults): string {
  return markdownTable(
    ['case', 'median ms', 'p99 ms'],
    LATENCY_CASES.map((key) => [
      readCase(key).title,
      formatMedian(latency[key], ({ medianMs }) => medianMs),
      formatMedian(latency[key], ({ p99Ms }) => p99Ms),
    ]),
  );
}

function otherServicesTable({ otherServices }: BenchResults): string {
  const titles: Record<keyof OtherServices, string> = {
    guarded: 'do-nothing guard',
    verified: 'the verifier, by VerifierAuthGuard',
    verifiedByPassport: "the verifier, by AuthGuard('jwt')",
    warm: 'users/me, warm',
    introspected: 'introspection, warm',
  };
  return markdownTable(
    ['case', 'requests/s', 'ratio to do-nothing guard', 'server µs/request'],
    (Object.keys(titles) as (keyof OtherServices)[]).map((key) => [
      titles[key],
      formatMedian(otherServices[key], ({ requestsPerSecond }) => requestsPerSecond),
      formatSpread(throughputRatio(otherServices[key], otherServices.guarded)),
      formatMedian(otherServices[key], ({ cpuMicrosecondsPerRequest }) => cpuMicrosecondsPerRequest),
    ]),
  );
}

function latencyOf(rounds: readonly LatencySummary[]): string {
  return `${formatMedian(rounds, ({ medianMs }) => medianMs)} ms (median) and ${formatMedian(rounds, ({ p99Ms }) => p99Ms)} ms (p99)`;
}

function resourcesTable({ resources }: BenchResults): string {
  return markdownTable(
    [
      'case',
      'bytes allocated',
      'Redis commands',
      'round trips',
      'bytes to Redis',
      'bytes from Redis',
      'resident memory after',
    ],
    COUNTED_CASES.map((key) => {
      const { allocatedBytes, redisCommands, redisReads, redisBytesIn, redisBytesOut, residentBytes } =
        resources[key];
      const commands = [...redisCommands].filter(([, count]) => count >= 0.005);
      return [
        readCase(key).title,
        formatNumber(allocatedBytes),
        commands.map(([name, count]) => `${formatNumber(count)} ${name}`).join(', ') || 'none',
        formatNumber(redisReads),
        formatNumber(redisBytesIn),
        formatNumber(redisBytesOut),
        formatMebibytes(residentBytes),
      ];
    }),
  );
}

function revocationsTable({ revocations }: BenchResults): string {
  const titles = {
    unlogged: 'without a log row',
    logged: 'with a log row',
    notified: 'with a log row and a notification after the commit (the product)',
    notifiedWithin: 'with a log row and a notification within the transaction',
  };
  return markdownTable(
    ['method', 'revocations/s', 'ratio to a log row only'],
    (Object.keys(titles) as (keyof typeof titles)[]).map((method) => [
      titles[method],
      formatMedian(revocations[method], (value) => value),
      formatSpread(ratioOf(revocations[method], revocations.logged)),
    ]),
  );
}
