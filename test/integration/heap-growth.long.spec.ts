import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { FollowerConnection } from '../../src/log/follower-connection.js';
import { readNewRows, readPosition } from '../../src/log/invalidation-log.js';
import { Readiness } from '../../src/redis/readiness.js';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { ConnectionLoop } from '../../src/common/connection-loop.js';
import { parseRedisUrl } from '../../src/config/redis-url.js';
import { freePort } from '../support/network/free-port.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';

const POLLS = 10_000;
const CONNECTIONS = 16;
const ATTEMPTS = 1000;
/** Each waits up to a second between two attempts: many at once make the attempts soon. */
const LOOPS = 100;
/** Of the heap, for one poll or attempt; what leaked before was 618 bytes a poll and 7.6 KB an attempt. */
const MAX_BYTES_EACH = 60;
const ROUNDS = 3;
const SAMPLES = 8;
const SAMPLE_MS = 60;
/** A busy machine takes minutes. */
const LONG_MS = 600_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * Bytes of the heap that are in use: the least of several samples, because what is under way comes and goes. What one collection leaves
 * to finalizers, that of the next sample frees.
 */
async function heapUsed(): Promise<number> {
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await pause(SAMPLE_MS);
    collect();
    samples.push(process.memoryUsage().heapUsed);
  }
  return Math.min(...samples);
}

/**
 * Bytes that one step leaves behind. Of several rounds the smallest growth counts: what leaks grows in each round, and what is under way
 * at the moment of a measurement does not.
 */
async function growthPerStep(steps: number, work: (steps: number) => Promise<void>): Promise<number> {
  const stepsOfRound = Math.ceil(steps / ROUNDS);
  await work(stepsOfRound);
  let before = await heapUsed();
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    await work(stepsOfRound);
    const after = await heapUsed();
    least = Math.min(least, (after - before) / stepsOfRound);
    before = after;
  }
  return least;
}

describe('the heap', () => {
  beforeAll(() => Logger.overrideLogger(false));

  describe('while the log is read', () => {
    let database: TestDatabase;
    let connections: FollowerConnection[];

    beforeAll(async () => {
      database = await createTestDatabase();
      connections = Array.from(
        { length: CONNECTIONS },
        () =>
          new FollowerConnection({
            primary: primaryOf(database.url),
            applicationName: 'heap-growth',
            channels: ['ergodrive_invalidations'],
            answerMs: 1500,
            onSilence: () => undefined,
            onNotification: () => undefined,
          }),
      );
      await Promise.all(connections.map((connection) => connection.open()));
    });
    afterAll(async () => {
      for (const connection of connections) connection.close();
      await database.drop();
    });

    it(
      `does not grow over ${POLLS} polls`,
      async () => {
        const poll = async (connection: FollowerConnection, count: number) => {
          let { position } = await connection.run(readPosition);
          const read = (client: pg.Client) => readNewRows(client, position);
          for (let index = 0; index < count; index += 1) {
            connection.notify();
            await connection.pause(performance.now());
            ({ position } = await connection.run(read));
          }
        };
        const growth = await growthPerStep(POLLS, async (steps) => {
          await Promise.all(
            connections.map((connection) => poll(connection, Math.ceil(steps / CONNECTIONS))),
          );
        });
        expect(growth).toBeLessThan(MAX_BYTES_EACH);
      },
      LONG_MS,
    );
  });

  describe('while a service is away', () => {
    /** Runs loops at once until they have made so many attempts together; the same loops go on where they were. */
    const attempts = (open: (count: () => void) => { start(): unknown; stop(): Promise<void> }) => {
      let made = 0;
      const loops = Array.from({ length: LOOPS }, () => open(() => (made += 1)));
      return {
        make: async (steps: number) => {
          const target = made + steps;
          for (const loop of loops) void loop.start();
          await waitFor(() => made >= target, { what: `${steps} attempts`, timeoutMs: LONG_MS });
        },
        stop: () => Promise.all(loops.map((loop) => loop.stop())),
      };
    };

    it(
      `does not grow over ${ATTEMPTS} failed attempts to connect to Redis`,
      async () => {
        const url = `redis://127.0.0.1:${await freePort()}`;
        const { make, stop } = attempts((count) => {
          const readiness = new Readiness('Redis', (state) => {
            if (state === 'down') count();
          });
          const connection = new RedisConnection(parseRedisUrl(url), 100, readiness);
          return {
            start: () => connection.start({ prepare: async () => undefined, keep: async () => undefined }),
            stop: () => connection.stop(),
          };
        });
        const growth = await growthPerStep(ATTEMPTS, make);
        await stop();
        expect(growth).toBeLessThan(MAX_BYTES_EACH * 10);
      },
      LONG_MS,
    );

    it(
      `does not grow over ${ATTEMPTS} failed attempts to connect to PostgreSQL`,
      async () => {
        const primary = primaryOf(`postgresql://nobody@127.0.0.1:${await freePort()}/nothing`);
        const { make, stop } = attempts(
          (count) =>
            new ConnectionLoop(async (_up, stopped) => {
              count();
              const connection = new FollowerConnection({
                primary,
                applicationName: 'heap-growth',
                channels: [],
                answerMs: 1500,
                onSilence: () => undefined,
                onNotification: () => undefined,
              });
              const close = () => connection.close();
              stopped.addEventListener('abort', close);
              try {
                await connection.open();
              } finally {
                stopped.removeEventListener('abort', close);
                connection.close();
              }
            }, 1000),
        );
        const growth = await growthPerStep(ATTEMPTS, make);
        await stop();
        expect(growth).toBeLessThan(MAX_BYTES_EACH * 10);
      },
      LONG_MS,
    );
  });
});
