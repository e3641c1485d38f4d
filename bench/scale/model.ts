import { type Costs, type FittedTo, fitAllCosts } from './costs.js';
import type { MeasuredPoint } from './measured.js';

/** A follower reads at least this often, milliseconds (`POLL_MS` of the follower). */
const POLL_MS = 500;
/** Shortest pause between two reads, and between two notifications of an instance (`PAUSE_MS` of both), milliseconds. */
const PAUSE_MS = 5;
/** A run that took so much longer than planned lacked processor time: its rates are not those of the product. */
const LATE = 1.05;
/** Above this rate the measured instances had too few connections, and notifications waited for one. */
const FREE_RATE = 100;
/** Candidates for a cycle, milliseconds. */
const CYCLES = Array.from({ length: 700 }, (_, step) => PAUSE_MS + step / 10);

/** Instances, and the sessions that all of them together revoke in a second, each in a transaction of its own. */
export interface Load {
  readonly instances: number;
  readonly revocationsPerSecond: number;
}

/** What happens in a second. */
export interface Rates extends Load {
  readonly notifications: number;
  readonly reads: number;
  /** Reads that bring rows. */
  readonly pages: number;
  readonly rows: number;
}

/** The part of a second, or of a core, that a load takes. */
export interface Prediction extends Rates {
  readonly readsPerFollower: number;
  readonly followerConnectionCores: number;
  readonly requestConnectionCores: number;
  readonly postgresCores: number;
  readonly redisCores: number;
  readonly instanceCores: number;
  readonly postgresBytes: number;
  readonly redisBytes: number;
}

/**
 * How often something happens that follows events at random moments, but not again before a cycle has ended.
 * @param eventsPerSecond a Poisson process
 * @param cycleMs from one begin to the earliest next one
 * @param longestWaitMs after which it happens without an event
 * @returns times a second
 */
export function happenings(eventsPerSecond: number, cycleMs: number, longestWaitMs = Infinity): number {
  const perMs = eventsPerSecond / 1000;
  const wait = perMs === 0 ? longestWaitMs : (1 - Math.exp(-perMs * longestWaitMs)) / perMs;
  const cycle = cycleMs + Math.exp(-perMs * cycleMs) * wait;
  return cycle === Infinity ? 0 : 1000 / cycle;
}

/** The model: PostgreSQL, Redis and the instances, as a function of instances and revocations a second. */
export class ScaleModel {
  private constructor(
    readonly costs: Costs,
    /** From the begin of a read to the earliest next one, milliseconds. */
    readonly readCycleMs: number,
    /** The same for notifications of an instance. */
    readonly notifyCycleMs: number,
  ) {}

  static fit(measurement: FittedTo): ScaleModel {
    const { points } = measurement;
    const punctual = points.filter(
      (point) => !isLate(point) && point.revocations > 0 && point.revocationsPerSecond <= FREE_RATE,
    );
    const readCycleMs = fitCycle(punctual, ({ instances, ...point }, cycleMs) => ({
      measured: point.reads / instances / point.seconds,
      computed: happenings(point.notifications / point.seconds, cycleMs, POLL_MS - PAUSE_MS),
    }));
    const notifyCycleMs = fitCycle(punctual, (point, cycleMs) => ({
      measured: point.notifications / point.seconds / point.instances,
      computed: happenings(point.revocations / point.seconds / point.instances, cycleMs),
    }));
    return new ScaleModel(fitAllCosts(measurement), readCycleMs, notifyCycleMs);
  }

  predict(load: Load): Prediction {
    return this.costOf(this.ratesOf(load));
  }

  /** What happens in a second while no part lacks processor time. */
  ratesOf(load: Load): Rates {
    const { instances, revocationsPerSecond } = load;
    const notifications = instances * happenings(revocationsPerSecond / instances, this.notifyCycleMs);
    const readsEach = happenings(notifications, this.readCycleMs, POLL_MS - PAUSE_MS);
    const pages = instances * readsEach * (1 - Math.exp(-revocationsPerSecond / readsEach));
    return {
      ...load,
      notifications,
      reads: instances * readsEach,
      pages,
      rows: instances * revocationsPerSecond,
    };
  }

  costOf(rates: Rates): Prediction {
    const { instances, revocationsPerSecond, notifications, reads, pages, rows } = rates;
    const { followers, requests, redis, instances: own, redisBytes, readBytes, rowBytes } = this.costs;
    const followerConnectionCores = (followers.read * reads + followers.row * rows) / 1e6;
    const requestConnectionCores =
      (requests.revocation * revocationsPerSecond +
        requests.notification * notifications +
        requests.wake * notifications * instances +
        requests.instanceSecond * instances) /
      1e6;
    const commands = revocationsPerSecond + pages;
    const entries = revocationsPerSecond + rows;
    const onRedis = (cost: Costs['redisBytes']) =>
      cost.instanceSecond * instances + cost.command * commands + cost.entry * entries;
    return {
      ...rates,
      readsPerFollower: reads / instances,
      followerConnectionCores,
      requestConnectionCores,
      postgresCores: followerConnectionCores + requestConnectionCores,
      redisCores: (redis.second + onRedis(redis)) / 1e6,
      instanceCores:
        (own.instanceSecond * instances +
          own.read * reads +
          own.row * rows +
          own.revocation * revocationsPerSecond) /
        1e6,
      postgresBytes: readBytes * reads + rowBytes * rows,
      redisBytes: onRedis(redisBytes),
    };
  }

  /**
   * The most instances with which neither PostgreSQL nor Redis takes more than these cores, to two digits.
   * @returns 0 when one instance is too many
   */
  mostInstances(revocationsPerSecond: number, limits: { postgresCores: number; redisCores: number }): number {
    const fits = (instances: number) => {
      const { postgresCores, redisCores } = this.predict({ instances, revocationsPerSecond });
      return postgresCores <= limits.postgresCores && redisCores <= limits.redisCores;
    };
    if (!fits(1)) return 0;
    let [low, high] = [1, 100_000];
    while (high - low > Math.max(1, low / 200)) {
      const middle = Math.floor((low + high) / 2);
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return Number(low.toPrecision(2));
  }
}

/** Whether the machine lacked processor time, so that fewer reads happened than with it. */
export const isLate = ({ seconds, plannedSeconds, skips }: MeasuredPoint): boolean =>
  skips > 0 || seconds > plannedSeconds * LATE;

/** What was counted, for one second. */
export function ratesAt(point: MeasuredPoint): Rates {
  const { instances, seconds, revocations, notifications, reads, pages, rows } = point;
  return {
    instances,
    revocationsPerSecond: revocations / seconds,
    notifications: notifications / seconds,
    reads: reads / seconds,
    pages: pages / seconds,
    rows: rows / seconds,
  };
}

function fitCycle(
  points: readonly MeasuredPoint[],
  compare: (point: MeasuredPoint, cycleMs: number) => { measured: number; computed: number },
): number {
  const errorOf = (cycleMs: number) =>
    points.reduce((sum, point) => {
      const { measured, computed } = compare(point, cycleMs);
      return sum + Math.log(measured / computed) ** 2;
    }, 0);
  return CYCLES.reduce((best, cycleMs) => (errorOf(cycleMs) < errorOf(best) ? cycleMs : best), PAUSE_MS);
}
