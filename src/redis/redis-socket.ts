import { isIP } from 'node:net';
import { tlsTrouble } from '../common/tls-trouble.js';
import type { RedisEndpoint, RedisTarget } from '../config/redis-url.js';

/**
 * Socket options for Redis and for Sentinels. With TLS, certificate and name of the server are verified, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 * @param connectTimeout in milliseconds
 */
export function socketOptions(
  { tls, certificates }: RedisTarget,
  endpoint: RedisEndpoint,
  connectTimeout: number,
) {
  const plain = { ...endpoint, connectTimeout, keepAlive: true, reconnectStrategy: false as const };
  if (!tls) return plain;
  // RFC 6066 §3: an address is no server name. Without a name the address is looked up in the certificate.
  const name = isIP(endpoint.host) === 0 ? { servername: endpoint.host } : {};
  return { ...plain, ...name, ...certificates, tls: true as const, rejectUnauthorized: true };
}

/** What went wrong with a connection, in words for a log line. */
export function connectionTrouble(error: unknown): string {
  const { message, name } = error as Error;
  return tlsTrouble(error) ?? (message || name);
}
