import { Injectable } from '@nestjs/common';
import { isDatabaseOutage } from '../common/database-errors.js';
import { newCounter } from '../common/metrics.js';
import { ProblemError } from '../http/problem.error.js';
import type { Rotation } from '../sessions/session-rotation.service.js';

/** How logins and refreshes end. */
@Injectable()
export class AuthMetrics {
  private readonly logins = newCounter('ergodrive_logins_total', 'Logins, by how they ended', ['result']);
  private readonly refreshes = newCounter(
    'ergodrive_refreshes_total',
    'Refresh tokens with a valid signature that were presented, by how that ended',
    ['result'],
  );

  /** Counts a login as `succeeded`, or by the code of its problem. @throws what `work` throws */
  async login<T>(work: () => Promise<T>): Promise<T> {
    try {
      const tokens = await work();
      this.logins.inc({ result: 'succeeded' });
      return tokens;
    } catch (error) {
      this.logins.inc({ result: codeOf(error) });
      throw error;
    }
  }

  refreshed(outcome: Rotation['outcome']): void {
    this.refreshes.inc({ result: outcome });
  }
}

function codeOf(error: unknown): string {
  if (error instanceof ProblemError) return error.problem.code;
  return isDatabaseOutage(error) ? 'temporarily_unavailable' : 'internal_error';
}
