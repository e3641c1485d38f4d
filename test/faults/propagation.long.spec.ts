import { once } from 'node:events';
import { WebSocket } from 'ws';
import { percentile, publish } from './fault-report.js';
import { isAcknowledged, isRefused, History } from './checker/history.js';
import { Deployment } from './deployment/deployment.js';
import type { Instance } from './deployment/instance.js';
import { createUsers, openSessions, type TestSession } from './load/population.js';
import { PATIENT } from '../support/app/patient.js';
import { RecordingClient } from './load/recording-client.js';

const REVOCATIONS = 2000;
/** Each takes up to the time of a lease. */
const REVOCATIONS_CUT_OFF = 120;
/** How many of them have a live channel at the other instance. */
const WATCHED = 200;
const WORKERS = 4;
const LANES_CUT_OFF = 20;
const TIMEOUT_MS = 240_000;
/** It takes milliseconds; the rest is for a machine that is busy with other things. */
const EVENT_BOUND_MS = 100;

interface Spread {
  p50: number;
  p99: number;
  max: number;
}

const spread = (times: number[]): Spread => {
  const sorted = [...times].sort((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: percentile(sorted, 1) };
};

const describeSpread = (what: string, times: number[]): string => {
  const { p50, p99, max } = spread(times);
  return `| ${what} | ${times.length} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${max.toFixed(1)} |`;
};

/** Resolves to the time at which the instance sent the end of the session. */
async function watch({ app }: Instance, { id, access }: TestSession): Promise<{ notified: Promise<number> }> {
  const url = `${app.url.replace(/^http/, 'ws')}/api/v1/ws/session/${id}`;
  const socket = new WebSocket(url, ['ergodrive.v1', `bearer.${access}`]);
  await once(socket, 'message');
  const notified = once(socket, 'message').then(() => performance.now());
  void notified.then(() => socket.terminate());
  return { notified };
}

describe('propagation between two instances', () => {
  let deployment: Deployment;
  const lines = ['| ms after the 2xx | revocations | p50 | p99 | max |', '|---|---|---|---|---|'];

  beforeAll(async () => {
    deployment = await Deployment.start({ instances: 2, environment: () => PATIENT });
  }, TIMEOUT_MS);

  afterAll(async () => {
    publish(lines.join('\n'));
    await deployment.stop();
  }, TIMEOUT_MS);

  /** Logs sessions out at the first instance, each known to the second, and asks the second until it refuses them. */
  async function logOutAll(count: number, watchedCount: number, workers = WORKERS) {
    const { url } = deployment.database;
    const [one, other] = deployment.instances as [Instance, Instance];
    const [administrator, ...sessions] = await openSessions(url, await createUsers(url, count + 1), 1);
    const client = new RecordingClient(new History(), administrator!);
    const lastAcceptance: number[] = [];
    const firstRefusal: number[] = [];
    const notified: number[] = [];
    const queue = [...sessions.entries()];
    const worker = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [number, session] = next;
        expect(await client.read(other, session)).toMatchObject({ status: 200 });
        const watcher = number < watchedCount ? await watch(other, session) : undefined;
        const logout = await client.logout(one, session);
        expect(isAcknowledged(logout)).toBe(true);
        let acceptedMs = 0;
        let answer = await client.read(other, session);
        for (; !isRefused(answer); answer = await client.read(other, session))
          acceptedMs = answer.start - logout.end;
        lastAcceptance.push(acceptedMs);
        firstRefusal.push(answer.end - logout.end);
        if (watcher) notified.push(Math.max(0, (await watcher.notified) - logout.end));
      }
    };
    await Promise.all(Array.from({ length: workers }, worker));
    return { lastAcceptance, firstRefusal, notified };
  }

  it(
    'makes the other instance accept no token of a revoked session',
    async () => {
      const { lastAcceptance, firstRefusal, notified } = await logOutAll(REVOCATIONS, WATCHED);
      lines.push(
        describeSpread('last acceptance by the other instance', lastAcceptance),
        describeSpread('its first refusal, the request included', firstRefusal),
        describeSpread('its live channel sent the end', notified),
      );
      expect(lastAcceptance).toHaveLength(REVOCATIONS);
      expect(spread(lastAcceptance).max).toBe(0);
      // On a machine that stalls, requests show how long.
      const boundMs = Math.max(EVENT_BOUND_MS, 4 * spread(firstRefusal).p50);
      expect(spread(notified).p50).toBeLessThan(boundMs);
    },
    TIMEOUT_MS,
  );

  it(
    'makes the other instance accept no token of a revoked session when the first has lost Redis',
    async () => {
      await deployment.links[0]!.cut();
      const { lastAcceptance } = await logOutAll(REVOCATIONS_CUT_OFF, 0, LANES_CUT_OFF);
      await deployment.links[0]!.pass();
      lines.push(describeSpread('last acceptance, the first instance cut off from Redis', lastAcceptance));
      expect(lastAcceptance).toHaveLength(REVOCATIONS_CUT_OFF);
      expect(spread(lastAcceptance).max).toBe(0);
    },
    TIMEOUT_MS,
  );
});
