/** Entries that all live equally long after they were last set. Expired ones are deleted as others are set. */
export class ExpiringMap<V> {
  private readonly entries = new Map<string, { value: V; expiresMs: number }>();

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    return this.entries.get(key)?.value;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  set(key: string, value: V, expiresMs: number): void {
    // Set anew at the end, so that the entries are ordered by their expiry.
    this.entries.delete(key);
    this.entries.set(key, { value, expiresMs });
  }

  deleteExpired(nowMs: number): void {
    for (const [key, { expiresMs }] of this.entries) {
      if (expiresMs > nowMs) return;
      this.entries.delete(key);
    }
  }
}
