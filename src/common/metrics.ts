import { Counter, Gauge, Histogram, register } from 'prom-client';

/*
 * Metrics of this process, which `GET /metrics` exposes. A name that exists is taken over: tests start several applications in one
 * process, and the newest is the one that is measured.
 */

/** A counter, which begins at 0. @param labelNames each must have few values */
export function newCounter<Label extends string = never>(
  name: `ergodrive_${string}_total`,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  register.removeSingleMetric(name);
  return new Counter({ name, help, labelNames: [...labelNames] });
}

/** A gauge without labels. @param read is called at each scrape; `undefined` for no value */
export function newGauge(
  name: `ergodrive_${string}`,
  help: string,
  read: () => number | undefined | Promise<number | undefined>,
): void {
  register.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    async collect() {
      const value = await read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}

/** A gauge that is 1 for the state that `read` answers at a scrape, and 0 for the others. */
export function newStateGauge<State extends string>(
  name: `ergodrive_${string}`,
  help: string,
  states: readonly State[],
  read: () => State,
): void {
  register.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    labelNames: ['state'],
    collect() {
      const current = read();
      for (const state of states) this.set({ state }, state === current ? 1 : 0);
    },
  });
}

/** A histogram. @param buckets upper bounds, in the unit of the name @param labelNames each must have few values */
export function newHistogram<Label extends string = never>(
  name: `ergodrive_${string}_${'seconds' | 'bytes'}`,
  help: string,
  buckets: readonly number[],
  labelNames: readonly Label[] = [],
): Histogram<Label> {
  register.removeSingleMetric(name);
  return new Histogram({ name, help, buckets: [...buckets], labelNames: [...labelNames] });
}
