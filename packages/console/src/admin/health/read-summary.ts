import type { HealthSummaryDto } from '@ergodrive/client';
import { call, type Outcome } from '../../shared/call.js';
import { client } from '../../shared/client.js';

/** What `/health` says. Without its database it answers 503, and says so in the same form. */
export async function readSummary(): Promise<Outcome<HealthSummaryDto>> {
  let refused: unknown;
  const outcome = await call(async () => {
    const result = await client.api.health.health();
    refused = result.error;
    return result;
  });
  return isSummary(refused) ? { data: refused } : outcome;
}

const isSummary = (answer: unknown): answer is HealthSummaryDto =>
  (answer as HealthSummaryDto | undefined)?.status === 'unhealthy';
