import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { RequestBodies } from './request-bodies.js';

/** The longest valid body is a refresh token of 4,096 characters. */
export const BODY_LIMIT_BYTES = 16_384;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For a route with longer bodies: resolves when the request may send more than others may. */
    bodyPermission?: (request: FastifyRequest) => Promise<unknown>;
  }
}

/** Lets each body be read as a whole before Fastify parses it, with the limits of {@link RequestBodies}. */
export function readBodies(fastify: FastifyInstance): void {
  const bodies = new RequestBodies();
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    const { raw, method, is404, routeOptions } = request;
    if (!hasBody(raw)) return done(null, payload);
    const [mediaType = ''] = raw.headers['content-type']?.split(';') ?? [];
    if (is404 || method === 'GET' || method === 'HEAD' || !fastify.hasContentTypeParser(mediaType.trim())) {
      // Fastify parses none of these. What nobody reads would be kept until the answer.
      raw.resume();
      return done(null, payload);
    }
    const { bodyLimit: limitBytes, config } = routeOptions;
    const given = config.bodyPermission?.(request);
    const permission = given && { freeBytes: BODY_LIMIT_BYTES, given };
    bodies.read(raw, { limitBytes, permission }).then(
      (whole) => done(null, whole),
      (error: unknown) => {
        // The client may go on sending.
        void reply.header('connection', 'close');
        done(error as Error);
      },
    );
  });
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
