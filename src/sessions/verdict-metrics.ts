import { Injectable } from '@nestjs/common';
import { Counter, register } from 'prom-client';
import type { Verdict } from './verdict.js';

const NAME = 'ergodrive_verdicts_total';

/** How many tokens were judged, by whom, and how. */
@Injectable()
export class VerdictMetrics {
  private readonly counter =
    (register.getSingleMetric(NAME) as Counter<'source' | 'outcome'> | undefined) ??
    new Counter({ name: NAME, help: 'Access tokens judged', labelNames: ['source', 'outcome'] });

  count(source: 'cache' | 'database', { outcome }: Verdict): void {
    this.counter.inc({ source, outcome });
  }
}
