import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';
import { loadRedisCertificates } from './redis-certificates.js';
import { parseRedisUrl, type RedisTarget } from './redis-url.js';

/**
 * Where Redis is, and how it is reached: `REDIS_URL` with the variables that belong to it. Undefined without `REDIS_URL`.
 * @throws ConfigurationError that names the variable, and no secret
 */
export function loadRedisTarget(environment: Environment): RedisTarget | undefined {
  const target = environment.REDIS_URL === undefined ? undefined : parseRedisUrl(environment.REDIS_URL);
  const certificates = loadRedisCertificates(environment, target?.tls ?? false);
  const sentinelLogin = loadSentinelLogin(environment, target);
  return target && { ...target, certificates, sentinelLogin };
}

function loadSentinelLogin(
  { REDIS_SENTINEL_USERNAME: username, REDIS_SENTINEL_PASSWORD: password }: Environment,
  target: RedisTarget | undefined,
): RedisTarget['sentinelLogin'] {
  if (password === undefined && username === undefined) return undefined;
  if (password === undefined)
    throw new ConfigurationError(['REDIS_SENTINEL_USERNAME needs REDIS_SENTINEL_PASSWORD too']);
  if (target?.sentinelMaster === undefined)
    throw new ConfigurationError([
      'REDIS_SENTINEL_PASSWORD needs a REDIS_URL with redis+sentinel:// or rediss+sentinel://',
    ]);
  return { username, password };
}
