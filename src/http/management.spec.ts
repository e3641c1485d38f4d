import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { RawConnection } from '../../test/support/network/raw-http.js';
import { AppLogger } from '../common/app.logger.js';
import { loadConfig } from '../config/load-config.js';
import { createHttpServer } from './http-server.js';
import { createManagementServer } from './management.js';

const CONFIG = loadConfig({ LOG_LEVEL: 'silent' });
const LOGGER = new AppLogger(CONFIG.log);

describe('createManagementServer', () => {
  let fastify: FastifyInstance;
  let server: Server;

  const listen = async (times?: { limitMs: number; checkEveryMs: number }) => {
    fastify = createHttpServer(CONFIG, LOGGER).getInstance();
    await fastify.ready();
    server = createManagementServer(fastify, CONFIG.http, LOGGER, times);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  };
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await fastify.close();
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'GET / HTTP/1.1\r\nHost: a\r\n'],
  ])('ends a connection that sends %s within the limit', async (_, bytes) => {
    await listen({ limitMs: 200, checkEveryMs: 20 });
    const connection = await RawConnection.open((server.address() as AddressInfo).port);
    connection.send(bytes);
    const answers = await connection.closed();
    expect(answers.map(({ status }) => status)).toEqual([408]);
    expect(answers[0]?.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('has the limits of the public port', async () => {
    await listen();
    const { headersTimeout, requestTimeout, keepAliveTimeout, maxConnections } = fastify.server;
    expect(server).toMatchObject({
      headersTimeout,
      requestTimeout,
      keepAliveTimeout,
      maxConnections,
      connectionsCheckingInterval: 1_000,
    });
    expect(headersTimeout).toBe(30_000);
    expect(maxConnections).toBe(10_000);
  });
});
