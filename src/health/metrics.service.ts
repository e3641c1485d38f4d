import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { collectDefaultMetrics, Counter, Gauge, register } from 'prom-client';
import { CacheTrust, type TrustState } from '../cache/cache-trust.js';

const STATES: readonly TrustState[] = ['trusted', 'replaying', 'down'];

/** The metrics of the process in the Prometheus text format. */
@Injectable()
export class MetricsService {
  readonly contentType = register.contentType;

  constructor(trust: CacheTrust, { httpAdapter }: HttpAdapterHost) {
    if (register.getSingleMetric('process_cpu_user_seconds_total') === undefined) collectDefaultMetrics();
    register.removeSingleMetric('ergodrive_cache_trust');
    register.removeSingleMetric('ergodrive_cache_trust_changes');
    new Gauge({
      name: 'ergodrive_cache_trust',
      help: '1 for the current state of trust in the cache, 0 for the others',
      labelNames: ['state'],
      collect() {
        for (const state of STATES) this.set({ state }, trust.state === state ? 1 : 0);
      },
    });
    new Gauge({
      name: 'ergodrive_cache_trust_changes',
      help: 'Number of changes of the trust in the cache to each state since the start',
      labelNames: ['state'],
      collect() {
        for (const state of STATES) this.set({ state }, trust.transitions[state]);
      },
    });
    measureConnections(httpAdapter.getHttpServer() as Server);
  }

  expose(): Promise<string> {
    return register.metrics();
  }
}

/** Counts those of the public port. */
function measureConnections(server: Server): void {
  register.removeSingleMetric('ergodrive_http_connections');
  register.removeSingleMetric('ergodrive_http_connections_refused_total');
  const countOpen = promisify(server.getConnections.bind(server));
  new Gauge({
    name: 'ergodrive_http_connections',
    help: 'Open connections on the public port, live channels included',
    async collect() {
      this.set(await countOpen());
    },
  });
  const refused = new Counter({
    name: 'ergodrive_http_connections_refused_total',
    help: 'Connections that were refused on the public port, because too many were open',
  });
  server.on('drop', () => refused.inc());
}
