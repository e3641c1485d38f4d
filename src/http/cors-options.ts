import type { FastifyCorsOptions } from '@fastify/cors';
import type { FastifyRequest } from 'fastify';
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
