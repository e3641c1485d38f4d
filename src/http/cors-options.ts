import type { FastifyCorsOptions } from '@fastify/cors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { namedOrigins } from './browser-origins.js';

const COMMON: FastifyCorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  strictPreflight: false,
  exposedHeaders: ['WWW-Authenticate', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Device-Token'],
};

/** What pages of other origins may do. Only an origin that is named may send the cookie of a refresh token (Fetch §3.3). */
export function corsOptions(corsOrigins: string[]) {
  const named = new Set(namedOrigins(corsOrigins));
  const [withCookies, others] = [
    { ...COMMON, origin: [...named], credentials: true },
    { ...COMMON, origin: corsOrigins },
  ];
  return {
    delegator: (
      { headers: { origin } }: FastifyRequest,
      done: (error: null, options: FastifyCorsOptions) => void,
    ) => done(null, origin !== undefined && named.has(origin) ? withCookies : others),
  };
}

/** Lets pages of the named origins read an answer that is sent before any hook runs (Fetch §3.3). */
export function corsWithoutHooks(corsOrigins: readonly string[]) {
  const named = new Set(namedOrigins(corsOrigins));
  return ({ headers: { origin } }: FastifyRequest, reply: FastifyReply): void => {
    if (named.size > 0) void reply.header('vary', 'Origin');
    if (origin === undefined || !named.has(origin)) return;
    void reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
    });
  };
}
