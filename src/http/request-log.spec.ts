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
async function start({ level, logsRequests = true }: { level?: 'warn'; logsRequests?: boolean } = {}) {
  const written: Record<string, unknown>[] = [];
  const write = (line: string) => void written.push(JSON.parse(line) as Record<string, unknown>);
  const logger = new AppLogger({ level: level ?? 'info', isJson: true }, { write });
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
  const get = (url: string, headers = {}) => app.inject({ method: 'GET', url, headers });
  const getFrom = (remoteAddress: string) => app.inject({ method: 'GET', url: '/fine', remoteAddress });
  /** Adds what guards add to a request. */
  const extend = (members: object) => {
    const fastify = app.getHttpAdapter().getInstance();
    fastify.addHook('preHandler', async (request) => void Object.assign(request, members));
  };
  started = app;
  return { app, lines, written, logger, get, getFrom, extend };
}
let started: NestFastifyApplication | undefined;

describe('the log lines of requests', () => {
  afterEach(async () => {
    await started?.close();
    started = undefined;
  });

  it('are one for each answer, with address, method, path, status and duration, and without the query string', async () => {
    const { lines, get } = await start();
    await get('/fine?q=canary', { authorization: 'Bearer canary' });
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
  });

  it('are none for probes and scrapes that get what they ask for', async () => {
    const { lines, get } = await start();
    for (const url of ['/health/live', '/metrics', '/health/ready', '/fine']) await get(url);
    expect(lines()).toMatchObject([
      { path: '/health/ready', status: 404 },
      { path: '/fine', status: 200 },
    ]);
  });

  it('have the id that the answer of a failure has', async () => {
    const { app, lines } = await start();
    const url = '/broken?token=canary';
    const { statusCode, payload } = await app.inject({ method: 'POST', url, payload: {} });
    const { request_id } = JSON.parse(payload) as { request_id: string };
    expect(statusCode).toBe(500);
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'error', request_id, method: 'POST', path: '/broken' }),
      expect.objectContaining({ level: 'info', request_id, status: 500 }),
    ]);
    expect(lines()[0]).toMatchObject({ err: { message: 'broken', stack: expect.stringContaining('at ') } });
    expect(JSON.stringify(lines())).not.toContain('canary');
  });

  it('show no token, client secret or e-mail address in a path, and 200 characters of it at most', async () => {
    const { lines, get } = await start();
    for (const path of [
      `/reset/${JWT}`,
      `/${'a'.repeat(5000)}`,
      `/%zz/${JWT}?token=canary`,
      '/ergodrive_secret_canary-_1/x',
      '/users/canary@example.org/x',
      '/users/canary%40example.org',
    ])
      await get(path);
    expect(lines().map(({ path }) => path)).toEqual([
      ...['/reset/[token]', `/${'a'.repeat(199)}`, '/%zz/[token]', '/[secret]/x', '/users/[address]/x'],
      ...['/users/[address]'],
    ]);
    expect(JSON.stringify(lines())).not.toMatch(/canary|eyJ/);
  });

  it('have the trace, the account, the session and the OAuth client, as far as they are known, also when a request fails', async () => {
    const { app, lines, extend } = await start();
    const [user_id, session_id, client_id] = [randomUUID(), randomUUID(), randomUUID()];
    const trace_id = '4bf92f3577b34da6a3ce929d0e0e4736';
    extend({ traceId: trace_id, user: { id: user_id, sessionId: session_id }, clientId: client_id });
    await app.inject({ method: 'POST', url: '/broken', payload: {} });
    const sender = { trace_id, ip: '127.0.0.1', user_id, session_id, client_id };
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'error', ...sender }),
      expect.objectContaining({ level: 'info', ...sender }),
    ]);
  });

  it.each(['::ffff:203.0.113.7', '203.0.113.7'])(
    'spell the address %s as the audit trail does',
    async (ip) => {
      const { lines, getFrom } = await start();
      for (let count = 0; count < 2; count++) await getFrom(ip);
      expect(lines().map((line) => line['ip'])).toEqual(['203.0.113.7', '203.0.113.7']);
    },
  );

  it('have the address of the connection while no proxy is trusted', async () => {
    const { lines, get } = await start();
    await get('/fine', { 'x-forwarded-for': '203.0.113.7' });
    expect(lines().map((line) => line['ip'])).toEqual(['127.0.0.1']);
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
    const write = (line: string) => void written.push(line);
    const logger = new AppLogger({ level: 'info', isJson: true }, { write });
    const request = { id: 'a', method: 'GET', url: '/', ip: '::1', routeOptions: { config: {} } };
    const log = new RequestLog(logger, true);
    log.requestCompleted(null, request as never, { statusCode: 200, elapsedTime } as never);
    logger.flush();
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0]!)).toMatchObject({ duration_ms });
  });

  it('escape every text, so that none ends its member or its line', async () => {
    const { lines, getFrom, extend } = await start();
    const forged = '"}\n{"level":"error","é":"\\';
    extend({ user: { id: forged, sessionId: forged }, clientId: forged });
    await getFrom(forged);
    const members = { user_id: forged, session_id: forged, client_id: forged, ip: null };
    expect(lines()).toEqual([expect.objectContaining(members)]);
  });

  it('are written within 100 ms, or when there are 64, with the time of the answer', async () => {
    const { written, get } = await start();
    const before = Date.now();
    await get('/fine');
    const after = Date.now();
    await waitFor(() => written.length === 1, { what: 'the line' });
    const time = new Date(String(written[0]?.['time'])).getTime();
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
    for (let count = 0; count < 64; count++) await get('/fine');
    await waitFor(() => written.length === 65, { what: 'all lines' });
    await get('/fine');
    await waitFor(() => written.length === 66, { what: 'the line after them' });
  });

  it('keep their place before the next line of another kind', async () => {
    const { written, logger, get } = await start();
    await get('/fine');
    logger.warn('Redis is not used', 'Cache');
    expect(written.map(({ msg }) => msg)).toEqual(['Answered', 'Redis is not used']);
  });

  it.each([{ logsRequests: false }, { level: 'warn' as const }])(
    'are not written with %j',
    async (options) => {
      const { lines, get } = await start(options);
      await get('/fine');
      expect(lines()).toEqual([]);
    },
  );
});
