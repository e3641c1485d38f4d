import { ConfigurationError } from './configuration.error.js';

export interface RedisEndpoint {
  host: string;
  port: number;
}

/** PEM text of what a TLS connection to Redis uses beside the defaults of Node.js. */
export interface RedisCertificates {
  /** Certificates of the authorities that may sign Redis' certificate, instead of those of Node.js. */
  readonly ca: string | undefined;
  /** The certificate that the service shows, with its chain, and its key. Both or none. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface RedisLogins {
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** For the Sentinels; `username` and `password` are for Redis. */
  readonly sentinelLogin?: { username: string | undefined; password: string } | undefined;
}

export interface RedisTarget extends RedisLogins {
  tls: boolean;
  database: number;
  endpoints: RedisEndpoint[];
  /** The URL as people may see it: without user name and password. */
  label: string;
  /** Name of the monitored master: then `endpoints` are Sentinels. */
  sentinelMaster: string | undefined;
  /** Whether `endpoints` are some nodes of a Redis Cluster, which know the others. */
  isCluster: boolean;
  /** For TLS, beside the defaults of Node.js. */
  certificates?: RedisCertificates | undefined;
  /** The logins that are in files, as the files have them now. */
  currentLogins?: () => RedisLogins;
}

/** What a new connection logs in with. */
export const loginsOf = (target: RedisTarget): RedisLogins => target.currentLogins?.() ?? target;

/**
 * Reads `redis[s]://[user:password@]host[:port][/database]`, or for Sentinel
 * `redis[s]+sentinel://[user:password@]host[:port][,host[:port]…]/master-name[/database]`,
 * or for a cluster `redis[s]+cluster://[user:password@]host[:port][,host[:port]…]`.
 * @throws ConfigurationError for anything else; its message holds no part of the URL
 */
export function parseRedisUrl(url: string): RedisTarget {
  const match =
    /^redis(s?)(\+sentinel|\+cluster)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/@?#]+)((?:\/[^/?#]*)*)$/.exec(
      url,
    );
  if (!match) throw new ConfigurationError(['REDIS_URL is not a Redis URL']);
  const [, tls, form, user, password, hosts, path] = match;
  const sentinel = form === '+sentinel';
  const isCluster = form === '+cluster';
  const parts = (path ?? '').split('/').filter((part) => part !== '');
  const sentinelMaster = sentinel ? parts.shift() : undefined;
  if (sentinel && !sentinelMaster)
    throw new ConfigurationError(['REDIS_URL must name the Sentinel master after the hosts']);
  const endpoints = (hosts ?? '').split(',').map((host) => parseHost(host, sentinel ? 26379 : 6379));
  if (form === undefined && endpoints.length > 1)
    throw new ConfigurationError(['REDIS_URL names several hosts without +sentinel or +cluster']);
  const database = parseDatabase(parts);
  if (isCluster && database !== 0)
    throw new ConfigurationError(['REDIS_URL names a database, and a Redis Cluster has only database 0']);
  return {
    tls: tls === 's',
    username: decoded(user),
    password: decoded(password),
    database,
    endpoints,
    sentinelMaster,
    isCluster,
    label: url.replace(/\/\/[^/]*@/, '//'),
  };
}

function parseDatabase([text = '0', ...rest]: string[]): number {
  if (rest.length > 0 || !/^\d{1,5}$/.test(text)) {
    throw new ConfigurationError(['REDIS_URL must end in a database number']);
  }
  return Number(text);
}

function parseHost(text: string, defaultPort: number): RedisEndpoint {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match || Number(match[3] ?? defaultPort) > 65_535)
    throw new ConfigurationError(['REDIS_URL has a host that cannot be read']);
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3] ?? defaultPort) };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text ? decodeURIComponent(text) : undefined;
  } catch {
    throw new ConfigurationError(['REDIS_URL has a user name or password that is not percent-encoded']);
  }
}
