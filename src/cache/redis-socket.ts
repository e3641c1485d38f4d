import { isIP } from 'node:net';
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

/** Codes of OpenSSL's verification, and of the check of the name. */
const REFUSED_CERTIFICATE = /CERT|^UNABLE_TO_|^INVALID_CA$|^INVALID_PURPOSE$|^PATH_LENGTH_EXCEEDED$/;

interface Trouble {
  message: string;
  name: string;
  code?: string;
  /** OpenSSL's words. */
  reason?: string;
}

/** What went wrong with a connection, in words for a log line. */
export function connectionTrouble(error: unknown): string {
  const { message, name, code = '', reason } = error as Trouble;
  // OpenSSL's own message begins with the number of a thread, and differs each time.
  if (code.startsWith('ERR_SSL_')) return `TLS failed: ${reason ?? code}`;
  if (REFUSED_CERTIFICATE.test(code)) return `the certificate of the server is refused: ${message}`;
  return message || name;
}
