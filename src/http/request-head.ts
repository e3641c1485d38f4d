import type { IncomingMessage } from 'node:http';

/** `uri-host [ ":" port ]` of RFC 9112 §3.2 and RFC 3986 §3.2.2. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d*)?$/i;

/**
 * What makes the head of a request ambiguous although the parser of node takes it: another version than HTTP/1, no `Host`
 * or an empty one, several, or one that is no host (RFC 9112 §2.3 and §3.2). HTTP/1.0 needs none.
 * @returns the reason, for a 400
 */
export function defectOfHead({ httpVersion, rawHeaders, headers }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'Send HTTP/1.1';
  const { host } = headers;
  if (host === undefined) return httpVersion === '1.0' ? undefined : 'The Host header is missing';
  if (!HOST.test(host)) return 'The Host header is no host';
  return isRepeated(rawHeaders) ? 'There are several Host headers' : undefined;
}

function isRepeated(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count > 1;
}
