import { readFile } from 'node:fs/promises';
import { fitCosts } from './least-squares.js';
import type { MeasuredPoint, Measurement } from './measured.js';
import { happenings, ratesAt, ScaleModel } from './model.js';
import { replaceGenerated, writeScaleTables } from './report.js';

const COSTS = { read: 500, row: 3, revocation: 700, notification: 80, wake: 9, idle: 400 };
const SECONDS = 4;

/** A point at which everything costs what {@link COSTS} says, on a machine that keeps every deadline. */
function pointOf(instances: number, revocationsPerSecond: number): MeasuredPoint {
  const revocations = revocationsPerSecond * SECONDS;
  const notifications = instances * happenings(revocationsPerSecond / instances, 7) * SECONDS;
  const reads = instances * happenings(notifications / SECONDS, 9, 495) * SECONDS;
  const rows = revocations * instances;
  const time = instances * SECONDS;
  return {
    instances,
    revocationsPerSecond,
    plannedSeconds: SECONDS,
    seconds: SECONDS,
    revocations,
    notifications,
    reads,
    pages: Math.min(reads, rows),
    rows,
    skips: 0,
    postgresTransactions: 0,
    followerConnectionsCpuMs: (COSTS.read * reads + COSTS.row * rows) / 1000,
    requestConnectionsCpuMs:
      (COSTS.revocation * revocations +
        COSTS.notification * notifications +
        COSTS.wake * notifications * instances +
        COSTS.idle * time) /
      1000,
    serverProcessesCpuMs: 0,
    redisCommands: 0,
    redisDeletions: 0,
    redisBytesIn: 60 * (revocations + rows) + 100 * time,
    redisBytesOut: 1000 * time,
    redisCpuMs: (1500 * time + 20 * (revocations + Math.min(reads, rows)) + 2 * (revocations + rows)) / 1000,
    instancesCpuMs: (5000 * time + 300 * reads + 4 * rows + 600 * revocations) / 1000,
  };
}

const POINTS = [1, 3, 10, 40].flatMap((instances) => [0, 10, 80].map((rate) => pointOf(instances, rate)));
const PAGES = [
  { rows: 0, bytesOut: 900, bytesIn: 400 },
  { rows: 100, bytesOut: 900, bytesIn: 20_400 },
];
const model = () => ScaleModel.fit({ points: POINTS, pages: PAGES, redisMicrosecondsPerEntry: 2 });

describe('costs by least squares', () => {
  it('equal the costs from which the amounts were computed', () => {
    const counts = [
      [1, 0, 5],
      [2, 7, 1],
      [4, 1, 1],
      [9, 3, 2],
    ];
    const amounts = counts.map(([a = 0, b = 0, c = 0]) => ({
      amount: 3 * a + 0.5 * b + 20 * c,
      counts: [a, b, c],
    }));
    const [a, b, c] = fitCosts(amounts);
    expect(a).toBeCloseTo(3);
    expect(b).toBeCloseTo(0.5);
    expect(c).toBeCloseTo(20);
  });

  it('are never below 0', () => {
    const costs = fitCosts([
      { amount: 10, counts: [10, 0] },
      { amount: 19, counts: [20, 5] },
      { amount: 29, counts: [30, 2] },
    ]);
    expect(costs[1]).toBe(0);
    expect(costs[0]).toBeGreaterThan(0.9);
  });

  it('are refused where the observations do not determine them', () => {
    const same = { amount: 5, counts: [1, 2] };
    expect(() => fitCosts([same, { amount: 10, counts: [2, 4] }])).toThrow(RangeError);
  });
});

describe('the number of happenings', () => {
  it('equals that of events while these are rare, and that of cycles while events are frequent', () => {
    expect(happenings(1, 5)).toBeCloseTo(1, 1);
    expect(happenings(1e6, 5)).toBeCloseTo(200);
    expect(happenings(0, 5)).toBe(0);
  });

  it('is never less than the longest wait allows', () => {
    expect(happenings(0, 5, 495)).toBeCloseTo(2);
  });
});

describe('the model of scale', () => {
  it('finds the costs and the cycles of the points that it gets', () => {
    const { costs, readCycleMs, notifyCycleMs } = model();
    expect(costs.followers.read).toBeCloseTo(COSTS.read);
    expect(costs.followers.row).toBeCloseTo(COSTS.row);
    expect(costs.requests.revocation).toBeCloseTo(COSTS.revocation);
    expect(costs.requests.notification).toBeCloseTo(COSTS.notification);
    expect(costs.requests.wake).toBeCloseTo(COSTS.wake);
    expect(costs.requests.instanceSecond).toBeCloseTo(COSTS.idle);
    expect(costs.redis.instanceSecond).toBeCloseTo(1500);
    expect(costs.redisBytes.entry).toBeCloseTo(60);
    expect(costs.rowBytes).toBeCloseTo(200);
    expect(readCycleMs).toBeCloseTo(9);
    expect(notifyCycleMs).toBeCloseTo(7);
  });

  it('computes at a point what was measured there', () => {
    const point = pointOf(10, 80);
    const computed = model().costOf(ratesAt(point));
    const measured = point.followerConnectionsCpuMs + point.requestConnectionsCpuMs;
    expect(computed.postgresCores * 1000 * SECONDS).toBeCloseTo(measured, 0);
  });

  it('takes no rates from a point at which the machine was too slow', () => {
    const late = { ...pointOf(20, 100), seconds: 2 * SECONDS, reads: 1, notifications: 1 };
    const { readCycleMs, notifyCycleMs } = ScaleModel.fit({
      points: [...POINTS, late],
      pages: PAGES,
      redisMicrosecondsPerEntry: 2,
    });
    expect([readCycleMs, notifyCycleMs]).toEqual([model().readCycleMs, model().notifyCycleMs]);
  });

  it('finds the largest number of instances that fit, and 0 where not even one fits', () => {
    const limits = { postgresCores: 4, redisCores: Infinity };
    const most = model().mostInstances(10, limits);
    const coresOf = (instances: number) =>
      model().predict({ instances, revocationsPerSecond: 10 }).postgresCores;
    expect(coresOf(most * 0.9)).toBeLessThan(4);
    expect(coresOf(most * 1.1)).toBeGreaterThan(4);
    expect(model().mostInstances(1e6, limits)).toBe(0);
  });
});

describe('docs/scale.md', () => {
  it('has the tables of the recorded measurement', async () => {
    const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
    const measured = JSON.parse(await read('measured.json')) as Measurement;
    const page = await read('../../docs/scale.md');
    expect(replaceGenerated(page, writeScaleTables(measured))).toBe(page);
  });
});
