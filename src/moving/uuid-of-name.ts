import { createHash } from 'node:crypto';

/** Of the ids of imported accounts. It never changes. */
const NAMESPACE = '8f1d3a52-6c0e-4b7a-9d35-2e64c1b0a7f9';
const UUID_BYTES = 16;

/**
 * A UUID that is always the same for the same name: version 5 of RFC 9562 §5.5. So a second import finds the account again, and other
 * tables of a team find the new id of an old one.
 * @param name the format and the id of the source, with `:` between
 */
export function uuidOfName(name: string): string {
  const namespace = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, UUID_BYTES);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
