import { X509Certificate } from 'node:crypto';
import type { ConfigurationError } from './configuration.error.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates of a PEM text. Node.js ignores what it cannot read in a CA file, and then trusts nobody.
 * @param rule makes the error from the rest of a sentence
 */
export function certificatesOf(
  pem: string,
  rule: (words: string) => ConfigurationError,
): [X509Certificate, ...X509Certificate[]] {
  try {
    const [first, ...others] = (pem.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
    if (first !== undefined) return [first, ...others];
  } catch {
    // OpenSSL's message says less than the rule.
  }
  throw rule('must hold certificates in PEM form');
}
