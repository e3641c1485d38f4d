import { Injectable } from '@nestjs/common';
import { newCounter } from '../common/metrics.js';

/** Who has an account erased; `service` for one whose grace has ended. */
const ERASERS = ['user', 'admin', 'service'] as const;
type Eraser = (typeof ERASERS)[number];

/** Counts erasures. Those by SQL are in the audit trail alone. */
@Injectable()
export class ErasureMetrics {
  private readonly erasures = newCounter(
    'ergodrive_account_erasures_total',
    'Accounts that were erased, by who asked for it',
    ['by'],
  );

  constructor() {
    for (const by of ERASERS) this.erased(by, 0);
  }

  erased(by: Eraser, count = 1): void {
    this.erasures.inc({ by }, count);
  }
}
