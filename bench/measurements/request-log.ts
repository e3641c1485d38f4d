import type { BenchContext } from '../cases/bench-context.js';
import { readCase } from '../cases/read-cases.js';
import { repeatOnWrongSource, verifySource } from '../cases/verdict-source.js';
import { type ClosedLoopResult, runClosedLoop, runToEnd } from '../load/closed-loop.js';
import { readScript } from '../load/script.js';
import type { BenchServer } from '../stack/bench-server.js';
import { measureInterleaved } from './interleaved-rounds.js';

const KEYS = ['withoutLines', 'withLines'] as const;
export type RequestLog = Record<(typeof KEYS)[number], ClosedLoopResult[]>;

/** The warm case on two new servers, of which one writes a log line for each answer. */
export async function measureRequestLog(context: BenchContext): Promise<RequestLog> {
  const { stack, plan, databaseUrl } = context;
  const warm = readCase('warm');
  const requests = warm.requests(context);
  const servers = {
    withoutLines: await stack.startBeside(databaseUrl, { LOG_REQUESTS: 'false' }),
    withLines: await stack.startBeside(databaseUrl, { LOG_REQUESTS: 'true' }),
  };
  const run = async (server: BenchServer): Promise<ClosedLoopResult> => {
    await runToEnd(server, readScript(requests, plan.connections, true));
    const script = readScript(requests, plan.connections, false);
    return verifySource(server, warm, () => runClosedLoop(server, script, plan.requestLog));
  };
  try {
    const results = await measureInterleaved(KEYS, plan.requestLog, (key) =>
      repeatOnWrongSource(context.discarded, () => run(servers[key])),
    );
    verifyLines(servers);
    return results;
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
}

/** @throws Error unless one server wrote lines and the other none */
function verifyLines({ withoutLines, withLines }: Record<keyof RequestLog, BenchServer>): void {
  const hasLines = ({ output }: BenchServer) => /"path":"\/api\/v1\/users\/me",.*"status":200/.test(output);
  if (!hasLines(withLines) || hasLines(withoutLines)) throw new Error('the wrong server wrote log lines');
}
