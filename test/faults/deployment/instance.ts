import { api, type ApiClient } from '../../support/app/api-client.js';
import type { AppProcess } from '../../support/app/app-process.js';
import { waitFor } from '../../support/wait-for.js';

interface HealthBody {
  status: string;
  database: { following_log?: boolean };
}

/** Longer than any promise: what is too slow is to be measured, not cut off. */
const RECOVERY_TIMEOUT_MS = 20_000;
const HEALTH_TIMEOUT_MS = 5000;

/** One instance of the app under test. */
export class Instance {
  readonly client: ApiClient;

  constructor(
    /** Its place among the instances of its deployment. */
    readonly number: number,
    readonly app: AppProcess,
  ) {
    this.client = api(app.url);
  }

  /** Whether it reaches PostgreSQL, follows the invalidation log, and (unless only `degraded` is asked) uses its cache. */
  async isHealthy(status: 'healthy' | 'degraded' = 'healthy'): Promise<boolean> {
    const { body } = await this.client.get<HealthBody>('/health', { timeoutMs: HEALTH_TIMEOUT_MS });
    const isWellEnough = body.status === 'healthy' || body.status === status;
    return isWellEnough && body.database.following_log === true;
  }

  /** Waits until {@link isHealthy}. */
  async recovered(status: 'healthy' | 'degraded' = 'healthy'): Promise<void> {
    await waitFor(() => this.isHealthy(status), {
      what: `instance ${this.number} to be ${status}`,
      timeoutMs: RECOVERY_TIMEOUT_MS,
      intervalMs: 15,
    });
  }

  /** Whether it says that it cannot serve: `/health` and `/health/ready` answer 503, the former with a reason. */
  async isUnhealthy(): Promise<boolean> {
    const health = await this.client.get<HealthBody>('/health', { timeoutMs: HEALTH_TIMEOUT_MS });
    const ready = await this.client.get('/health/ready', { timeoutMs: HEALTH_TIMEOUT_MS });
    const hasReason = /"reason":"[^"]+"/.test(JSON.stringify(health.body));
    return health.status === 503 && health.body.status === 'unhealthy' && ready.status === 503 && hasReason;
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.app.stop();
  }
}

/** Waits until all of them are healthy. */
export async function allRecovered(instances: readonly Instance[]): Promise<void> {
  await Promise.all(instances.map((instance) => instance.recovered()));
}
