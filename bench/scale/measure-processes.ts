import { readScript, readRequests } from '../load/script.js';
import { runClosedLoop, runToEnd } from '../load/closed-loop.js';
import { readCase } from '../cases/read-cases.js';
import { firstSessions } from '../population/bench-user.js';
import { Population } from '../population/population.js';
import { Stack } from '../stack/stack.js';
import type { ProcessRound } from './measured.js';
import { cpuMsOf } from './postgres-usage.js';

const USERS = 500;
const CONNECTIONS = 32;
const WINDOW = { settleMs: 200, measureMs: 1500 };

/** One process and two processes on one machine in turn, which answer the warm route. Nothing is bound to a core. */
export async function measureProcesses(rounds: number): Promise<ProcessRound[]> {
  // A busy machine must not make Redis miss its deadline.
  const stack = await Stack.start(false, { CACHE_DEADLINE_MS: '5000' });
  try {
    const { server, database, databaseUrl } = await stack.startServer();
    const servers = [server, await stack.startBeside(databaseUrl)];
    try {
      await new Population(database).growTo(USERS, 1);
      const requests = readRequests(readCase('warm').path, firstSessions(USERS), stack.tokens);
      for (const each of servers) await runToEnd(each, readScript(requests, CONNECTIONS, true));
      const measured: ProcessRound[] = [];
      for (let round = 0; round < rounds * 2; round += 1) {
        const processes = (round % 2) + 1;
        const redisBefore = await cpuMsOf(stack.redis.pid);
        const results = await Promise.all(
          servers
            .slice(0, processes)
            .map((each) => runClosedLoop(each, readScript(requests, CONNECTIONS / processes, false), WINDOW)),
        );
        const redisMs = (await cpuMsOf(stack.redis.pid)) - redisBefore;
        const sum = (of: (result: (typeof results)[number]) => number) =>
          results.reduce((total, result) => total + of(result), 0);
        const answered = sum(({ requests: count }) => count);
        // Redis works while the load settles too.
        const share = WINDOW.measureMs / (WINDOW.measureMs + WINDOW.settleMs);
        measured.push({
          processes,
          requestsPerSecond: Math.round(sum(({ requestsPerSecond }) => requestsPerSecond)),
          cpuMicrosecondsPerRequest: round1(
            sum((result) => result.cpuMicrosecondsPerRequest * result.requests) / answered,
          ),
          redisMicrosecondsPerRequest: round1((redisMs * share * 1000) / answered),
        });
      }
      return measured;
    } finally {
      await database.end();
      await Promise.all(servers.map((each) => each.stop()));
    }
  } finally {
    await stack.stop();
  }
}

const round1 = (value: number) => Math.round(value * 10) / 10;
