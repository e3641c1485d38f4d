import { fitCosts } from './least-squares.js';
import type { MeasuredPoint, Measurement } from './measured.js';

/** The instances were hosted by so many processes. */
const HOSTS = 2;
const MICROSECONDS = 1000;

/** Processor time of what happens, microseconds. */
export interface Costs {
  /** Connections of followers. */
  readonly followers: { readonly read: number; readonly row: number };
  /** Connections of requests, with PostgreSQL's own processes. */
  readonly requests: {
    readonly revocation: number;
    readonly notification: number;
    /** Each notification wakes the connection of each follower. */
    readonly wake: number;
    readonly instanceSecond: number;
  };
  readonly redis: {
    readonly second: number;
    readonly instanceSecond: number;
    readonly command: number;
    readonly entry: number;
  };
  readonly instances: {
    readonly instanceSecond: number;
    readonly read: number;
    readonly row: number;
    readonly revocation: number;
  };
  /** Bytes to and from Redis. */
  readonly redisBytes: { readonly instanceSecond: number; readonly command: number; readonly entry: number };
  readonly readBytes: number;
  readonly rowBytes: number;
}

export type FittedTo = Pick<Measurement, 'points' | 'pages' | 'redisMicrosecondsPerEntry'>;

/** The costs with which the counts of the points give their processor times and bytes. */
export function fitAllCosts({ points, pages, redisMicrosecondsPerEntry: entry }: FittedTo): Costs {
  const fit = (amount: Count, counts: readonly Count[]) =>
    fitCosts(points.map((point) => ({ amount: amount(point), counts: counts.map((count) => count(point)) })));
  const ms =
    (of: Count): Count =>
    (point) =>
      of(point) * MICROSECONDS;
  const followers = fit(
    ms((point) => point.followerConnectionsCpuMs),
    [(point) => point.reads, (point) => point.rows],
  );
  const requests = fit(
    ms((point) => point.requestConnectionsCpuMs + point.serverProcessesCpuMs),
    [revocations, notifications, (point) => point.notifications * point.instances, instanceSeconds],
  );
  const own = fit(
    ms((point) => point.instancesCpuMs),
    [
      instanceSeconds,
      (point) => point.reads,
      (point) => point.rows,
      revocations,
      (point) => HOSTS * point.seconds,
    ],
  );
  // Deletions are many only where the machine was busy, so the cost of an entry is measured alone.
  const redis = fit(
    (point) => point.redisCpuMs * MICROSECONDS - entry * entries(point),
    [(point) => point.seconds, instanceSeconds, commands],
  );
  const bytesIn = fit((point) => point.redisBytesIn, [instanceSeconds, commands, entries]);
  const bytesOut = fit((point) => point.redisBytesOut, [instanceSeconds, commands]);
  const page = fitCosts(
    pages.map(({ rows, bytesIn: answer, bytesOut: request }) => ({
      amount: answer + request,
      counts: [1, rows],
    })),
  );
  return {
    followers: { read: at(followers, 0), row: at(followers, 1) },
    requests: {
      revocation: at(requests, 0),
      notification: at(requests, 1),
      wake: at(requests, 2),
      instanceSecond: at(requests, 3),
    },
    redis: { second: at(redis, 0), instanceSecond: at(redis, 1), command: at(redis, 2), entry },
    instances: {
      instanceSecond: at(own, 0) + at(own, 4),
      read: at(own, 1),
      row: at(own, 2),
      revocation: at(own, 3),
    },
    redisBytes: {
      instanceSecond: at(bytesIn, 0) + at(bytesOut, 0),
      command: at(bytesIn, 1) + at(bytesOut, 1),
      entry: at(bytesIn, 2),
    },
    readBytes: at(page, 0),
    rowBytes: at(page, 1),
  };
}

type Count = (point: MeasuredPoint) => number;

const revocations: Count = (point) => point.revocations;
const notifications: Count = (point) => point.notifications;
const instanceSeconds: Count = ({ instances, seconds }) => instances * seconds;
const commands: Count = (point) => point.revocations + point.pages;
const entries: Count = (point) => point.revocations + point.rows;

const at = (costs: readonly number[], index: number): number => costs[index] ?? 0;
