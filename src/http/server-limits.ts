import type { Server } from 'node:http';
import type { AppLogger } from '../common/app.logger.js';
import type { AppConfig } from '../config/app-config.js';

/**
 * The time a client has to send its whole request, and how often node checks that. Without a limit, slow clients would keep
 * connections open without end. Node's own interval is 30 s, which doubles the time.
 */
export const REQUEST_TIMES = { limitMs: 30_000, checkEveryMs: 1_000 };

const LOG_EVERY_MS = 60_000;

/** Options of node's server, for each port. @param times what a request may take to arrive; beyond it, the answer is 408 */
export const serverOptions = ({ limitMs, checkEveryMs }: typeof REQUEST_TIMES) => ({
  // A hook refuses more than node, and by a problem.
  requireHostHeader: false,
  requestTimeout: limitMs,
  // Node swaps the limits when that of the headers, 60 s by default, is the longer one.
  headersTimeout: limitMs,
  connectionsCheckingInterval: checkEveryMs,
});

/**
 * Bounds the open connections of one port, live channels included. One more is closed at once, without an answer; the others go
 * on. The log has it once a minute.
 */
export function limitConnections(
  server: Server,
  { maxConnections }: Pick<AppConfig['http'], 'maxConnections'>,
  logger: AppLogger,
): void {
  server.maxConnections = maxConnections;
  let loggedAtMs = -Infinity;
  server.on('drop', () => {
    if (performance.now() - loggedAtMs < LOG_EVERY_MS) return;
    loggedAtMs = performance.now();
    logger.warn(`${maxConnections} connections are open; more are refused`, 'Connections');
  });
}

/** An expectation that is not known is no reason to refuse (RFC 9110 §10.1.1). */
export function takeExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}
