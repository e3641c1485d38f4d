import { Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { waitFor } from '../../test/support/wait-for.js';
import { AppLogger } from '../common/app.logger.js';
import { loadConfig } from '../config/load-config.js';
import { createHttpServer } from '../http/http-server.js';
import { Draining } from './draining.js';

function drainingFor(seconds: number) {
  const host = new HttpAdapterHost();
  const config = loadConfig({ SHUTDOWN_DRAIN_SECONDS: String(seconds), LOG_LEVEL: 'silent' });
  host.httpAdapter = createHttpServer(config, new AppLogger(config.log));
  const draining = new Draining(host, config);
  return { draining, fastify: host.httpAdapter.getInstance<FastifyInstance>() };
}

/** Begins the shutdown; the answer says whether its first part has ended. */
function beginOf(draining: Draining): { hasEnded: boolean } {
  const begun = { hasEnded: false };
  void draining.onModuleDestroy().then(() => (begun.hasEnded = true));
  return begun;
}

describe('Draining', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('lasts as long as configured', async () => {
    const { draining } = drainingFor(20);
    const begun = beginOf(draining);
    await jest.advanceTimersByTimeAsync(19_999);
    expect(begun.hasEnded).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(begun.hasEnded).toBe(true);
  });

  it('does not hold up the shutdown by default', async () => {
    const { draining } = drainingFor(0);
    const begun = beginOf(draining);
    await Promise.resolve();
    expect(begun.hasEnded).toBe(true);
  });

  it('leaves no listener for signals behind', async () => {
    const before = process.listenerCount('SIGTERM');
    const begun = beginOf(drainingFor(20).draining);
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(begun.hasEnded).toBe(true);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('closes the connection with each answer from its begin on, also for earlier requests', async () => {
    const { draining, fastify } = drainingFor(0);
    jest.useRealTimers();
    let answer: (() => void) | undefined;
    fastify.get('/now', () => 'now');
    fastify.get('/later', () => new Promise((resolve) => (answer = () => resolve('later'))));
    expect((await fastify.inject('/now')).headers.connection).toBe('keep-alive');
    const pending = fastify.inject('/later').then(({ headers }) => headers.connection);
    await waitFor(() => answer !== undefined, { what: 'the request to arrive' });
    void draining.onModuleDestroy();
    expect((await fastify.inject('/now')).headers.connection).toBe('close');
    answer?.();
    expect(await pending).toBe('close');
  });
});
