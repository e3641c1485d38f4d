import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';

/** Answers of the API are data: nothing may be loaded for them, and nobody may frame them (OWASP REST Security). */
const API_OPTIONS: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  // About what a browser does with a page and its links.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};
/** The docs page loads its own scripts and styles; it may be served over plain HTTP on a developer's machine. */
const PAGE_OPTIONS: HelmetOptions = {
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
};

/** helmet's headers are the same for each answer, so they are computed once and not by thirteen functions a request. */
function headersOf(options: HelmetOptions): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet(options)(response.req, response, (error?: unknown) => {
    if (error) throw error as Error;
  });
  return response.getHeaders() as Record<string, string>;
}

/** Sets the security headers; paths below `pagePath` are for browsers. */
export function securityHeaders(pagePath: string): (request: FastifyRequest, reply: FastifyReply) => void {
  // Answers hold tokens and personal data (RFC 6749 §5.1).
  const apiHeaders = { ...headersOf(API_OPTIONS), 'cache-control': 'no-store' };
  const pageHeaders = headersOf(PAGE_OPTIONS);
  return (request, reply) => void reply.headers(request.url.startsWith(pagePath) ? pageHeaders : apiHeaders);
}
