import { rootCertificates } from 'node:tls';

/**
 * The certificates of Node.js and those of an authority of one's own, for the option `ca` of a connection.
 * @returns `undefined` without an own authority: the defaults of Node.js, with `NODE_EXTRA_CA_CERTS`
 */
export function certificatesWith(ca: string | undefined): string[] | undefined {
  return ca === undefined ? undefined : [...rootCertificates, ca];
}
