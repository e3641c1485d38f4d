import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { RawConnection } from '../../test/support/network/raw-http.js';
import type { FastifyInstance } from 'fastify';
import { AppLogger } from '../common/app.logger.js';
import { loadConfig } from '../config/load-config.js';
import { createHttpServer } from './http-server.js';

const CONFIG = loadConfig({ LOG_LEVEL: 'silent' });
const LOGGER = new AppLogger(CONFIG.log);

const JSON_OF_9_BYTES = 'Content-Type: application/json\r\nContent-Length: 9';

describe('createHttpServer', () => {
  let fastify: FastifyInstance;
  afterEach(() => fastify.close());

  it.each([
    ['nothing', ''],
    ['half a head', 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['half a body', `POST / HTTP/1.1\r\nHost: a\r\n${JSON_OF_9_BYTES}\r\n\r\n{`],
  ])('ends a connection that sends %s within the limit', async (_, bytes) => {
    fastify = createHttpServer(CONFIG, LOGGER, { limitMs: 200, checkEveryMs: 20 }).getInstance();
    fastify.post('/', () => 'ok');
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const connection = await RawConnection.open((fastify.server.address() as AddressInfo).port);
    connection.send(bytes);
    const answers = await connection.closed();
    expect(answers.map(({ status }) => status)).toEqual([408]);
    expect(answers[0]?.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('ends a connection without a request soon after a shutdown has begun', async () => {
    fastify = createHttpServer(CONFIG, LOGGER).getInstance();
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const opened = once(fastify.server, 'connection');
    const connection = await RawConnection.open((fastify.server.address() as AddressInfo).port);
    await opened;
    await fastify.close();
    await expect(connection.closed()).resolves.toEqual([]);
  });

  it('checks a limit of 30 s each second', () => {
    fastify = createHttpServer(CONFIG, LOGGER).getInstance();
    expect(fastify.server).toMatchObject({
      headersTimeout: 30_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 1_000,
    });
  });
});
