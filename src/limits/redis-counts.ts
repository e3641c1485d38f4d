import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisServers } from '../redis/redis-servers.js';
import { type Limit, WINDOW_SECONDS } from './limit.js';

const KEY_PREFIX = 'ergodrive:limit';

/**
 * The library's own script counts refused attempts too, and a negative count after the end of a window. This one counts neither, and
 * takes no account of a count that no window ends: it did not write it.
 * Arguments: the change, the window in seconds, the limit. Answers the count, above the limit for a refusal, and the rest in ms.
 */
const COUNT_SCRIPT = `
local left = redis.call('PTTL', KEYS[1])
local isOurs = left >= 0 and left <= tonumber(ARGV[2]) * 1000
local count = isOurs and tonumber(redis.call('GET', KEYS[1])) or 0
local change = tonumber(ARGV[1])
local limit = tonumber(ARGV[3])
if change > 0 and count >= limit then return {limit + 1, left} end
if count + change <= 0 then
  redis.call('DEL', KEYS[1])
  return {0, 0}
end
if count == 0 then redis.call('SET', KEYS[1], 0, 'EX', ARGV[2]) end
return {redis.call('INCRBY', KEYS[1], change), redis.call('PTTL', KEYS[1])}`;

interface Script {
  keys: string[];
  arguments: string[];
}

/**
 * Counts on Redis, by the connection of the cache: with its deadline, and at once without an answer while Redis is away.
 * A count throws `CacheUnavailableError` then.
 */
export function redisCounts(servers: RedisServers, { name, attempts }: Limit): RateLimiterRedis {
  return new RateLimiterRedis({
    storeClient: {
      eval: (script: string, options: Script) =>
        servers.runFor(options.keys[0] ?? '', ({ client }) => client.eval(script, options)),
      del: (key: string) => servers.runFor(key, ({ client }) => client.del(key)),
    },
    useRedisPackage: true,
    customIncrTtlLuaScript: COUNT_SCRIPT,
    keyPrefix: `${KEY_PREFIX}:${name}`,
    points: attempts,
    duration: WINDOW_SECONDS,
  });
}
