import { Injectable } from '@nestjs/common';
import { newCounter } from '../common/metrics.js';
import type { Verdict } from './verdict.js';

/** How many tokens were judged, by whom, and how. */
@Injectable()
export class VerdictMetrics {
  private readonly counter = newCounter('ergodrive_verdicts_total', 'Access tokens judged', [
    'source',
    'outcome',
  ]);

  count(source: 'cache' | 'database', { outcome }: Verdict): void {
    this.counter.inc({ source, outcome });
  }
}
