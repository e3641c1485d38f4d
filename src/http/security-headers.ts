import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';

/** API answers are data: a browser loads nothing for them and shows them in no frame (OWASP REST Security Cheat Sheet). */
const API_OPTIONS: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    // `object-src` follows `default-src`; `base-uri` and `frame-ancestors` do not.
    directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] },
  },
  // These headers concern pages and links only.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};
/** The documentation page loads its own scripts and styles. It is served over plain HTTP in development. */
const PAGE_OPTIONS: HelmetOptions = {
  contentSecurityPolicy: {
    directives: { baseUri: ["'none'"], frameAncestors: ["'none'"], upgradeInsecureRequests: null },
  },
};

/** The headers that helmet sets on every answer, computed once: helmet itself runs 13 functions for each request. */
function headersOf(options: HelmetOptions): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet(options)(response.req, response, (error?: unknown) => {
    if (error) throw error as Error;
  });
  return response.getHeaders() as Record<string, string>;
}

/** Answers contain tokens and personal data, so nothing may store them (RFC 6749 §5.1). */
export const API_HEADERS: Readonly<Record<string, string>> = {
  ...headersOf(API_OPTIONS),
  'cache-control': 'no-store',
};

/** Sets the security headers: those of a page for paths below `pagePath`, those of the API for the others. */
export function securityHeaders(pagePath: string): (request: FastifyRequest, reply: FastifyReply) => void {
  const pageHeaders = headersOf(PAGE_OPTIONS);
  return (request, reply) => void reply.headers(request.url.startsWith(pagePath) ? pageHeaders : API_HEADERS);
}
