import type { RedisEndpoint } from '../../config/redis-url.js';

export const SLOTS = 16_384;

/** A master of a cluster, and the slots that it has, as the node that was asked knows it. */
export interface ClusterMaster {
  readonly id: string;
  readonly endpoint: RedisEndpoint;
  /** First and last slot of each range. */
  readonly ranges: (readonly [number, number])[];
}

/** CRC-16/XMODEM of each byte. */
const CRC = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** The slot of a key: that of the text in its first pair of braces, or of the whole key (Redis Cluster specification). */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const hashed = Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key);
  let crc = 0;
  for (const byte of hashed) crc = ((crc << 8) ^ (CRC[((crc >> 8) ^ byte) & 0xff] ?? 0)) & 0xffff;
  return crc % SLOTS;
}

const tags = new Map<number, string>();

/** A short text that belongs to this slot, for keys that a shard keeps of its own. */
export function tagOf(slot: number): string {
  let tag = tags.get(slot);
  for (let number = 0; tag === undefined; number += 1)
    if (slotOf(String(number)) === slot) tag = String(number);
  tags.set(slot, tag);
  return tag;
}

/**
 * Reads the answer to `CLUSTER SLOTS`.
 * @param asked where the answer comes from; a node without an address of its own has that one
 */
export function parseClusterSlots(reply: unknown, asked: RedisEndpoint): ClusterMaster[] {
  const masters = new Map<string, ClusterMaster>();
  for (const [from, to, [host, port, id]] of reply as [number, number, [string | null, number, string]][]) {
    const endpoint = { host: host === null || host === '' || host === '?' ? asked.host : host, port };
    const master = masters.get(id) ?? { id, endpoint, ranges: [] };
    master.ranges.push([from, to]);
    masters.set(id, master);
  }
  return [...masters.values()];
}
