import type { CacheServerInfo } from './cache-store.js';

const ADVICE: Record<string, string> = {
  noeviction: 'a full Redis takes no new entries, and PostgreSQL answers for all that are missing',
  'volatile-ttl': 'a full Redis evicts the short-lived leases first, and then hardly any entry is written',
  'volatile-random': 'a full Redis gives up busy users as readily as idle ones',
  'allkeys-random': 'a full Redis gives up busy users as readily as idle ones',
};

/** Advice on the eviction policy of a Redis with a memory limit. Every policy is safe, some are slow. */
export function adviseOnEviction({ maxmemory_policy, maxmemory_bytes }: CacheServerInfo): string | undefined {
  const trouble = maxmemory_policy === undefined ? undefined : ADVICE[maxmemory_policy];
  if (!maxmemory_bytes || trouble === undefined) return undefined;
  return `maxmemory-policy ${maxmemory_policy} is safe but slow: ${trouble}. Better: allkeys-lru or allkeys-lfu`;
}
