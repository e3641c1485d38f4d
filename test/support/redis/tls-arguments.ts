import type { Certificate } from '../tls/certificates.js';

/**
 * Options of redis-server, or lines of a configuration, for a port with TLS beside the plain one.
 * @param clients whether a client must show a certificate of the authority
 */
export function tlsArguments(
  port: number,
  { cert, key }: Certificate,
  caCert: string,
  clients: 'certified' | 'any' = 'any',
): string[] {
  return [
    ...['--tls-port', String(port)],
    ...['--tls-cert-file', cert],
    ...['--tls-key-file', key],
    ...['--tls-ca-cert-file', caCert],
    ...['--tls-auth-clients', clients === 'certified' ? 'yes' : 'no'],
  ];
}
