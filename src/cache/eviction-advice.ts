import type { CacheServerInfo } from './cache-store.js';

const ADVICE: Record<string, string> = {
  noeviction: 'a full Redis refuses to learn, and PostgreSQL answers whatever is not cached yet',
  'volatile-ttl': 'a full Redis gives up the short-lived leases first, and then hardly learns',
  'volatile-random': 'a full Redis gives up busy users as readily as idle ones',
  'allkeys-random': 'a full Redis gives up busy users as readily as idle ones',
};

/** What a Redis with a memory limit should be told about its policy; every policy is safe, some are slow. */
export function adviseOnEviction({ maxmemory_policy, maxmemory_bytes }: CacheServerInfo): string | undefined {
  const trouble = maxmemory_policy === undefined ? undefined : ADVICE[maxmemory_policy];
  if (!maxmemory_bytes || trouble === undefined) return undefined;
  return `maxmemory-policy ${maxmemory_policy} is safe but slow: ${trouble}. Better: allkeys-lru or allkeys-lfu`;
}
