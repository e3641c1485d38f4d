import type { Mutant } from './mutant.js';

const REQUESTS = 'src/http/request-metrics.ts';
const REQUESTS_SPEC = ['src/http/request-metrics.spec.ts'] as const;
const METRICS_SPEC = ['test/e2e/metrics.spec.ts'] as const;

/** What operators rely on. */
export const METRICS_MUTANTS: readonly Mutant[] = [
  {
    name: 'each unusual method of a client is a label of its own',
    file: REQUESTS,
    text: "METHODS.includes(method) ? method : 'other'",
    replacement: 'method',
    specs: REQUESTS_SPEC,
  },
  {
    name: 'buckets of durations do not add up',
    file: REQUESTS,
    text: 'sum += this.counts[index] ?? 0',
    replacement: 'sum = this.counts[index] ?? 0',
    specs: REQUESTS_SPEC,
  },
  {
    name: 'values of a Redis that is down are shown as current',
    file: 'src/cache/cache-sampler.ts',
    text: '    this.lastSample = undefined;\n',
    replacement: '',
    specs: METRICS_SPEC,
  },
  {
    name: 'refusals of a limit are not counted',
    file: 'src/limits/limiters.service.ts',
    text: 'this.refusals.inc({ limit: refusal.limit.name });',
    replacement: '',
    specs: METRICS_SPEC,
  },
  {
    name: 'a metric of the alert rules is renamed',
    file: 'src/users/hash-metrics.ts',
    text: 'ergodrive_hash_queue_refusals_total',
    replacement: 'ergodrive_hash_queue_refused_total',
    specs: ['test/e2e/observability.spec.ts'],
    test: 'name only metrics',
  },
];
