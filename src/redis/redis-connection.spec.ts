import { Logger } from '@nestjs/common';
import { parseRedisUrl } from '../config/redis-url.js';
import { waitFor } from '../../test/support/wait-for.js';
import { Readiness } from './readiness.js';
import { RedisConnection } from './redis-connection.js';

/** Of the 2 s within which the cache is used again once Redis is back; the rest is for the connection and the replay. */
const LONGEST_PAUSE_MS = 1000;
/** Far more than it takes until the pauses are as long as they get. */
const ATTEMPTS = 20;

describe('RedisConnection', () => {
  it('waits for a second at most between two attempts, however long Redis is away', async () => {
    Logger.overrideLogger(false);
    const readiness = new Readiness('Redis');
    const change = jest.spyOn(readiness, 'change');
    const pauses: number[] = [];
    const { setTimeout: wait } = globalThis;
    const shortened = (run: () => void, durationMs = 0) => {
      pauses.push(durationMs);
      return wait(run, durationMs / 100);
    };
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(shortened);
    // Nothing listens on this port.
    const connection = new RedisConnection(parseRedisUrl('redis://127.0.0.1:1'), 100, readiness);
    const hooks = { prepare: async () => undefined, keep: async () => undefined };
    void connection.start(hooks);
    await waitFor(() => change.mock.calls.length > ATTEMPTS, { what: 'enough attempts' });
    await connection.stop();
    jest.restoreAllMocks();
    expect(readiness.transitions.trusted).toBe(0);
    expect(pauses.length).toBeGreaterThan(ATTEMPTS);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(LONGEST_PAUSE_MS);
  });
});
