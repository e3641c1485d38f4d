import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Histogram, register } from 'prom-client';

const NAME = 'ergodrive_http_request_duration_seconds';
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];
/** Of requests that no route takes. Clients choose their paths and methods, and each value of a label takes memory. */
const UNKNOWN_ROUTE = 'unknown';
/** The methods that have a name of their own in metrics and spans. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

type Labels = Readonly<Record<'method' | 'route' | 'status', string>>;

/** A line of the exposition, as prom-client's registry takes it. */
interface Sample {
  readonly metricName: string;
  readonly labels: Labels & { readonly le?: number | '+Inf' };
  readonly value: number;
}

/** The durations of requests that share their labels. */
class Durations {
  /** By bucket, the last one of which has no bound. */
  private readonly counts = Array.from({ length: BOUNDS.length + 1 }, () => 0);
  private count = 0;
  private sum = 0;

  constructor(private readonly labels: Labels) {}

  add(seconds: number): void {
    this.count += 1;
    this.sum += seconds;
    let index = 0;
    while (index < BOUNDS.length && seconds > (BOUNDS[index] ?? 0)) index += 1;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
  }

  samples(): Sample[] {
    let sum = 0;
    const buckets = BOUNDS.map((le, index) => ({
      metricName: `${NAME}_bucket`,
      labels: { ...this.labels, le },
      value: (sum += this.counts[index] ?? 0),
    }));
    return [
      ...buckets,
      { metricName: `${NAME}_bucket`, labels: { ...this.labels, le: '+Inf' }, value: this.count },
      { metricName: `${NAME}_sum`, labels: this.labels, value: this.sum },
      { metricName: `${NAME}_count`, labels: this.labels, value: this.count },
    ];
  }
}

/**
 * Rate, errors and duration of requests by route, method and class of status. It counts by itself: prom-client's histogram finds its
 * labels by a text that it makes for each observation, which costs 0.7 µs, 2 % of a warm request (bench/NOTES.md).
 */
export class RequestMetrics {
  private readonly byLabels = new Map<string, Durations>();
  /** By the configuration that Fastify keeps of a route, the method, and the hundreds of the status. */
  private readonly routes = new Map<object, Map<string, (Durations | undefined)[]>>();

  constructor() {
    register.removeSingleMetric(NAME);
    register.registerMetric({ name: NAME, get: () => this.metric() } as unknown as Histogram);
  }

  /** Counts an answer. */
  answered(request: FastifyRequest, reply: FastifyReply): void {
    const { config } = request.routeOptions;
    const { method } = request;
    const hundreds = Math.floor(reply.statusCode / 100);
    const known = this.routes.get(config)?.get(method)?.[hundreds];
    (known ?? this.add(config, method, hundreds)).add(reply.elapsedTime / 1000);
  }

  private add(config: { url?: string }, method: string, hundreds: number): Durations {
    const methods = this.routes.get(config) ?? new Map<string, (Durations | undefined)[]>();
    const classes = methods.get(method) ?? [];
    const route = config.url ?? UNKNOWN_ROUTE;
    const labels = {
      method: METHODS.includes(method) ? method : 'other',
      route,
      status: `${hundreds}xx`,
    };
    const durations = this.find(labels);
    classes[hundreds] = durations;
    this.routes.set(config, methods.set(method, classes));
    return durations;
  }

  /** Several configurations and methods may share their labels. */
  private find(labels: Labels): Durations {
    const key = JSON.stringify(labels);
    const found = this.byLabels.get(key) ?? new Durations(labels);
    this.byLabels.set(key, found);
    return found;
  }

  private metric(): object {
    return {
      name: NAME,
      help: 'Time from the head of a request to the end of its answer, by the template of the route',
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.byLabels.values()].flatMap((durations) => durations.samples()),
    };
  }
}
