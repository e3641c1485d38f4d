import { createClient } from 'redis';

export interface RedisEndpoint {
  host: string;
  port: number;
}

export interface RedisTarget {
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  database: number;
  endpoints: RedisEndpoint[];
  /** Name of the monitored master: then `endpoints` are Sentinels. */
  sentinelMaster: string | undefined;
}

/**
 * Reads `redis[s]://[user:password@]host[:port][/database]`, or for Sentinel
 * `redis[s]+sentinel://[user:password@]host[:port][,host[:port]…]/master-name[/database]`.
 * @throws TypeError for anything else; its message holds no part of the URL
 */
export function parseRedisUrl(url: string): RedisTarget {
  const match = /^redis(s?)(\+sentinel)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/]+)((?:\/[^/]*)*)$/.exec(url);
  if (!match) throw new TypeError('REDIS_URL is not a Redis URL');
  const [, tls, sentinel, user, password, hosts, path] = match;
  const parts = (path ?? '').split('/').filter((part) => part !== '');
  const sentinelMaster = sentinel ? parts.shift() : undefined;
  if (sentinel && !sentinelMaster)
    throw new TypeError('REDIS_URL must name the Sentinel master after the hosts');
  const database = Number(parts[0] ?? 0);
  if (parts.length > 1 || !Number.isInteger(database))
    throw new TypeError('REDIS_URL must end in a database number');
  return {
    tls: tls === 's',
    username: user ? decodeURIComponent(user) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    database,
    endpoints: (hosts ?? '').split(',').map((host) => parseHost(host, sentinel ? 26379 : 6379)),
    sentinelMaster,
  };
}

function parseHost(text: string, defaultPort: number): RedisEndpoint {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) throw new TypeError('REDIS_URL has a host that cannot be read');
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3] ?? defaultPort) };
}

/** The URL as people may see it: without user name and password. */
export function describeRedis(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

/**
 * Asks the Sentinels, one after the other, where the master is now.
 * @param timeoutMs bound for each of them
 * @throws Error when none of them knows
 */
export async function findMaster(target: RedisTarget, timeoutMs: number): Promise<RedisEndpoint> {
  for (const endpoint of target.endpoints) {
    const client = createClient({
      socket: {
        ...endpoint,
        connectTimeout: timeoutMs,
        reconnectStrategy: false,
        ...(target.tls ? { tls: true } : {}),
      },
      disableOfflineQueue: true,
      commandOptions: { timeout: timeoutMs },
    });
    client.on('error', () => undefined);
    const bound = setTimeout(() => client.destroy(), timeoutMs);
    try {
      await client.connect();
      const reply = await client.sendCommand([
        'SENTINEL',
        'get-master-addr-by-name',
        target.sentinelMaster ?? '',
      ]);
      if (Array.isArray(reply)) return { host: String(reply[0]), port: Number(reply[1]) };
    } catch {
      // The next Sentinel may know.
    } finally {
      clearTimeout(bound);
      if (client.isOpen) client.destroy();
    }
  }
  throw new Error('no Sentinel knows the master');
}
