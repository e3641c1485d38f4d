import { createHash } from 'node:crypto';

const INITIAL_SLOTS = 4096;

/**
 * Which texts were there before. It keeps 64 bits of a digest of each, so a million of them need 16 to 32 MB. Two of a million texts
 * that differ count as the same with a probability of 3 in 100 million.
 */
export class SeenKeys {
  private slots = new BigUint64Array(INITIAL_SLOTS);
  private count = 0;

  /** @returns whether the text is new */
  add(text: string): boolean {
    if (this.count * 2 >= this.slots.length) this.grow();
    // 0 is an empty slot.
    const digest = createHash('sha256').update(text).digest().readBigUInt64LE() || 1n;
    return this.put(digest);
  }

  private put(digest: bigint): boolean {
    const mask = this.slots.length - 1;
    let at = Number(digest & BigInt(mask));
    for (; this.slots[at] !== 0n; at = (at + 1) & mask) if (this.slots[at] === digest) return false;
    this.slots[at] = digest;
    this.count += 1;
    return true;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new BigUint64Array(before.length * 2);
    this.count = 0;
    for (const digest of before) if (digest !== 0n) this.put(digest);
  }
}
