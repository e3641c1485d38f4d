import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';
import { loadRedisCertificates } from './redis-certificates.js';
import { parseRedisUrl, type RedisLogins, type RedisTarget } from './redis-url.js';
import { lastReadable, readSecretFile } from './secret-files.js';

/**
 * Where Redis is, and how it is reached: `REDIS_URL` with the variables that belong to it. Undefined without `REDIS_URL`.
 * @throws ConfigurationError that names the variable, and no secret
 */
export function loadRedisTarget(environment: Environment): RedisTarget | undefined {
  const target = environment.REDIS_URL === undefined ? undefined : parseRedisUrl(environment.REDIS_URL);
  const certificates = loadRedisCertificates(environment, target?.tls ?? false);
  const sentinelLogin = loadSentinelLogin(environment, target);
  if (target === undefined) return undefined;
  const currentLogins = loadCurrentLogins(environment, { ...target, sentinelLogin });
  return { ...target, certificates, sentinelLogin, ...(currentLogins && { currentLogins }) };
}

/**
 * Reads the logins again that are from files, so that a changed password needs no restart. All else is read at start: a file that names
 * another server is ignored meanwhile.
 */
function loadCurrentLogins(
  { REDIS_URL_FILE: urlFile, REDIS_SENTINEL_PASSWORD_FILE: sentinelFile }: Environment,
  target: RedisTarget,
): RedisTarget['currentLogins'] {
  if (urlFile === undefined && sentinelFile === undefined) return undefined;
  const { label, sentinelLogin } = target;
  return lastReadable<RedisLogins>(target, () => {
    const current = urlFile === undefined ? target : parseRedisUrl(readSecretFile('REDIS_URL', urlFile));
    if (current.label !== label) throw new ConfigurationError(['REDIS_URL names another server']);
    const { username, password } = current;
    if (sentinelLogin === undefined || sentinelFile === undefined)
      return { username, password, sentinelLogin };
    const sentinelPassword = readSecretFile('REDIS_SENTINEL_PASSWORD', sentinelFile);
    return { username, password, sentinelLogin: { ...sentinelLogin, password: sentinelPassword } };
  });
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
