import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const HEADER = 'x-request-id';
const WELL_FORMED = /^[\w.~-]{8,64}$/;

/**
 * Makes the ids of requests: a random prefix of the process and a counter. With trusted proxies a well-formed `X-Request-Id` is
 * used instead; anybody else could give two requests the same id.
 */
export function requestIds(trustedProxies: number): (request: IncomingMessage) => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  const next = (): string => `${prefix}-${(count++).toString(36)}`;
  if (trustedProxies === 0) return next;
  return ({ headers }) => {
    const given = headers[HEADER];
    return typeof given === 'string' && WELL_FORMED.test(given) ? given : next();
  };
}
