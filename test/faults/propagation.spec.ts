import { once } from 'node:events';
import { WebSocket } from 'ws';
import { percentile, publish } from './fault-report.js';
import { isAcknowledged, isRefused, History } from './history.js';
import { House } from './house.js';
import type { Instance } from './instance.js';
import { createUsers, openSessions, type TestSession } from './population.js';
import { LAG_BOUND_MS } from './promise.js';
import { RecordingClient } from './recording-client.js';

const REVOCATIONS = 2000;
const REVOCATIONS_CUT_OFF = 300;
/** How many of them have somebody who listens at the other instance. */
const WATCHED = 200;
const LANES = 4;
const TIMEOUT_MS = 90_000;
const GOAL_MS = 10;

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

/** Resolves to the time at which the instance told of the session's end. */
async function watch({ app }: Instance, { id, access }: TestSession): Promise<{ told: Promise<number> }> {
  const url = `${app.url.replace(/^http/, 'ws')}/api/v1/ws/session/${id}`;
  const socket = new WebSocket(url, ['ergodrive.v1', `bearer.${access}`]);
  await once(socket, 'message');
  const told = once(socket, 'message').then(() => performance.now());
  void told.then(() => socket.terminate());
  return { told };
}

describe('propagation between two instances', () => {
  let house: House;
  const lines = ['| ms after the 2xx | revocations | p50 | p99 | max |', '|---|---|---|---|---|'];

  beforeAll(async () => {
    house = await House.start(2);
  }, TIMEOUT_MS);

  afterAll(async () => {
    publish(lines.join('\n'));
    await house.stop();
  }, TIMEOUT_MS);

  /** Logs sessions out at the first instance, each known to the second, and asks the second until it refuses them. */
  async function logOutAll(count: number, watchedCount: number) {
    const { url } = house.database;
    const [one, other] = house.instances as [Instance, Instance];
    const [administrator, ...sessions] = await openSessions(url, await createUsers(url, count + 1), 1);
    const client = new RecordingClient(new History(), administrator!);
    const lastAcceptance: number[] = [];
    const firstRefusal: number[] = [];
    const told: number[] = [];
    const queue = [...sessions.entries()];
    const lane = async () => {
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
        if (watcher) told.push(Math.max(0, (await watcher.told) - logout.end));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return { lastAcceptance, firstRefusal, told };
  }

  it(
    'lets the other accept nothing that was revoked',
    async () => {
      const { lastAcceptance, firstRefusal, told } = await logOutAll(REVOCATIONS, WATCHED);
      lines.push(
        describeSpread('last acceptance by the other instance', lastAcceptance),
        describeSpread('its first refusal, the request included', firstRefusal),
        describeSpread('its live channel told of the end', told),
      );
      expect(lastAcceptance).toHaveLength(REVOCATIONS);
      expect(spread(lastAcceptance).max).toBe(0);
      expect(spread(told).p50).toBeLessThan(GOAL_MS);
    },
    TIMEOUT_MS,
  );

  it(
    'stays within the bound when the first has lost Redis',
    async () => {
      await house.links[0]!.cut();
      const { lastAcceptance } = await logOutAll(REVOCATIONS_CUT_OFF, 0);
      await house.links[0]!.pass();
      lines.push(describeSpread('last acceptance, the first instance cut off from Redis', lastAcceptance));
      expect(lastAcceptance).toHaveLength(REVOCATIONS_CUT_OFF);
      expect(spread(lastAcceptance).max).toBeLessThan(LAG_BOUND_MS);
    },
    TIMEOUT_MS,
  );
});
