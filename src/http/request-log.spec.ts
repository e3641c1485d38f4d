import { randomUUID } from 'node:crypto';
import { Controller, Get, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { waitFor } from '../../test/support/wait-for.js';
import { AppLogger } from '../common/app.logger.js';
import { loadConfig } from '../config/load-config.js';
import { createHttpServer } from './http-server.js';
import { ProblemFilter } from './problem.filter.js';
import { RequestLog } from './request-log.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl';

@Controller()
class SomeController {
  @Get('fine')
  fine(@Query('q') _: string): string {
    return 'fine';
  }

  @Get('health/live')
  live(): string {
    return 'up';
  }

  @Get('metrics')
  metrics(): string {
    return '';
  }

  @Post('broken')
  broken(): never {
    throw new Error('broken');
  }
}

/** The application with its lines, and no other line than those of requests. */
async function start({
  level = 'info',
  logsRequests = true,
}: {
  level?: 'info' | 'warn';
  logsRequests?: boolean;
}) {
  const written: Record<string, unknown>[] = [];
  const write = (line: string) => void written.push(JSON.parse(line) as Record<string, unknown>);
  const logger = new AppLogger({ level, isJson: true }, { write });
  const module = await Test.createTestingModule({ controllers: [SomeController] }).compile();
  const server = createHttpServer(loadConfig({ LOG_REQUESTS: String(logsRequests) }), logger);
  const app = module.createNestApplication<NestFastifyApplication>(server, { logger });
  app.useGlobalFilters(new ProblemFilter());
  await app.init();
  written.splice(0);
  const lines = () => {
    logger.flush();
    return written;
  };
  return { app, lines, written, logger };
}

describe('the log lines of requests', () => {
  it('are one for each answer, with address, method, path, status and duration, and without the query string', async () => {
    const { app, lines } = await start({});
    await app.inject({ method: 'GET', url: '/fine?q=canary', headers: { authorization: 'Bearer canary' } });
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        pid: process.pid,
        context: 'Request',
        msg: 'Answered',
        request_id: expect.stringMatching(/^[0-9a-f]{12}-\w+$/),
        method: 'GET',
        path: '/fine',
        ip: '127.0.0.1',
        status: 200,
        duration_ms: expect.any(Number),
      },
    ]);
    await app.close();
  });

  it('are none for probes and scrapes that get what they ask for', async () => {
    const { app, lines } = await start({});
    for (const url of ['/health/live', '/metrics', '/health/ready', '/fine'])
      await app.inject({ method: 'GET', url });
    expect(lines().map(({ path, status }) => [path, status])).toEqual([
      ['/health/ready', 404],
      ['/fine', 200],
    ]);
    await app.close();
  });

  it('have the id that the answer of a failure has', async () => {
    const { app, lines } = await start({});
    const { statusCode, payload } = await app.inject({
      method: 'POST',
      url: '/broken?token=canary',
      payload: {},
    });
    const { request_id } = JSON.parse(payload) as { request_id: string };
    expect(statusCode).toBe(500);
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'error', request_id, method: 'POST', path: '/broken' }),
      expect.objectContaining({ level: 'info', request_id, status: 500 }),
    ]);
    expect(lines()[0]).toMatchObject({ err: { message: 'broken', stack: expect.stringContaining('at ') } });
    expect(JSON.stringify(lines())).not.toContain('canary');
    await app.close();
  });

  it('show no token, client secret or e-mail address in a path, and 200 characters of it at most', async () => {
    const { app, lines } = await start({});
    for (const path of [
      `/reset/${JWT}`,
      `/${'a'.repeat(5000)}`,
      `/%zz/${JWT}?token=canary`,
      '/ergodrive_secret_canary-_1/x',
      '/users/canary@example.org/x',
      '/users/canary%40example.org',
    ])
      await app.inject({ method: 'GET', url: path });
    expect(lines().map(({ path }) => path)).toEqual([
      '/reset/[token]',
      `/${'a'.repeat(199)}`,
      '/%zz/[token]',
      '/[secret]/x',
      '/users/[address]/x',
      '/users/[address]',
    ]);
    expect(JSON.stringify(lines())).not.toMatch(/canary|eyJ/);
    await app.close();
  });

  it('have the trace, the account, the session and the OAuth client, as far as they are known, also when a request fails', async () => {
    const { app, lines } = await start({});
    const [user_id, session_id, client_id] = [randomUUID(), randomUUID(), randomUUID()];
    const trace_id = '4bf92f3577b34da6a3ce929d0e0e4736';
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('preHandler', (request, _, done) => {
        Object.assign(request, {
          traceId: trace_id,
          user: { id: user_id, sessionId: session_id },
          clientId: client_id,
        });
        done();
      });
    await app.inject({ method: 'POST', url: '/broken', payload: {} });
    const sender = { trace_id, ip: '127.0.0.1', user_id, session_id, client_id };
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'error', ...sender }),
      expect.objectContaining({ level: 'info', ...sender }),
    ]);
    await app.close();
  });

  it.each(['::ffff:203.0.113.7', '203.0.113.7'])(
    'spell the address %s as the audit trail does',
    async (ip) => {
      const { app, lines } = await start({});
      for (let count = 0; count < 2; count++)
        await app.inject({ method: 'GET', url: '/fine', remoteAddress: ip });
      expect(lines().map((line) => line['ip'])).toEqual(['203.0.113.7', '203.0.113.7']);
      await app.close();
    },
  );

  it('have the address of the connection while no proxy is trusted', async () => {
    const { app, lines } = await start({});
    await app.inject({ method: 'GET', url: '/fine', headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(lines().map((line) => line['ip'])).toEqual(['127.0.0.1']);
    await app.close();
  });

  it.each([
    [0, 0],
    [0.004, 0],
    [0.05, 0.05],
    [7.1, 7.1],
    [9.999, 10],
    [12.344, 12.34],
    [30_000, 30_000],
  ])('round %d ms to two decimals at most: %d', (elapsedTime, duration_ms) => {
    const written: string[] = [];
    const logger = new AppLogger(
      { level: 'info', isJson: true },
      { write: (line) => void written.push(line) },
    );
    const request = { id: 'a', method: 'GET', url: '/', ip: '::1', routeOptions: { config: {} } };
    const log = new RequestLog(logger, true);
    log.requestCompleted(null, request as never, { statusCode: 200, elapsedTime } as never);
    logger.flush();
    expect(written.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ duration_ms }),
    ]);
  });

  it('escape every text, so that none ends its member or its line', async () => {
    const { app, lines } = await start({});
    const forged = '"}\n{"level":"error","é":"\\';
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('preHandler', (request, _, done) => {
        Object.assign(request, { user: { id: forged, sessionId: forged }, clientId: forged });
        done();
      });
    await app.inject({ method: 'GET', url: '/fine', remoteAddress: forged });
    const members = { user_id: forged, session_id: forged, client_id: forged, ip: null };
    expect(lines()).toEqual([expect.objectContaining(members)]);
    await app.close();
  });

  it('are written within 100 ms, or when there are 64, with the time of the answer', async () => {
    const { app, written } = await start({});
    const before = Date.now();
    await app.inject({ method: 'GET', url: '/fine' });
    const after = Date.now();
    await waitFor(() => written.length === 1, { what: 'the line' });
    const time = new Date(String(written[0]?.['time'])).getTime();
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
    for (let count = 0; count < 64; count++) await app.inject({ method: 'GET', url: '/fine' });
    await waitFor(() => written.length === 65, { what: 'all lines' });
    await app.inject({ method: 'GET', url: '/fine' });
    await waitFor(() => written.length === 66, { what: 'the line after them' });
    await app.close();
  });

  it('keep their place before the next line of another kind', async () => {
    const { app, written, logger } = await start({});
    await app.inject({ method: 'GET', url: '/fine' });
    logger.warn('Redis is not used', 'Cache');
    expect(written.map(({ msg }) => msg)).toEqual(['Answered', 'Redis is not used']);
    await app.close();
  });

  it.each([{ logsRequests: false }, { level: 'warn' as const }])(
    'are not written with %j',
    async (options) => {
      const { app, lines } = await start(options);
      await app.inject({ method: 'GET', url: '/fine' });
      expect(lines()).toEqual([]);
      await app.close();
    },
  );
});
