import { api, type ApiClient } from '../support/api-client.js';
import type { AppProcess } from '../support/app-process.js';
import { waitFor } from '../support/wait-for.js';

interface HealthBody {
  status: string;
  database: { following_log?: boolean };
  cache: { trust: string };
}

/** Longer than any promise: what is too slow is to be measured, not cut off. */
const RECOVERY_TIMEOUT_MS = 15_000;

/** One instance of the app under test. */
export class Instance {
  readonly client: ApiClient;

  constructor(
    /** Its place among the instances of its house. */
    readonly number: number,
    readonly app: AppProcess,
  ) {
    this.client = api(app.url);
  }

  /** Whether it says that it trusts its cache, reaches PostgreSQL and follows the invalidation log. */
  async isWell(): Promise<boolean> {
    const { body } = await this.client.get<HealthBody>('/health', { timeoutMs: 5000 });
    return (
      body.status === 'healthy' && body.cache.trust === 'trusted' && body.database.following_log === true
    );
  }

  /** Waits until {@link isWell}. */
  async recovered(): Promise<void> {
    await waitFor(() => this.isWell(), {
      what: `instance ${this.number} to trust its cache`,
      timeoutMs: RECOVERY_TIMEOUT_MS,
      intervalMs: 15,
    });
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.app.stop();
  }
}

/** Waits until all of them are well. */
export async function allRecovered(instances: readonly Instance[]): Promise<void> {
  await Promise.all(instances.map((instance) => instance.recovered()));
}
