/**
 * Shares reads among callers that ask for the same at the same time, and only reads that had not begun when the caller
 * came: one begun earlier may have seen the state before a change that the caller already knows of. However many
 * callers wait, one read runs and one follows it.
 */
export class FreshReads<T> {
  private readonly running = new Map<string, Promise<T>>();
  private readonly following = new Map<string, Promise<T>>();

  read(key: string, begin: () => Promise<T>): Promise<T> {
    const running = this.running.get(key);
    if (running === undefined) return this.start(key, begin);
    const following =
      this.following.get(key) ??
      running.then(
        () => this.follow(key, begin),
        () => this.follow(key, begin),
      );
    this.following.set(key, following);
    return following;
  }

  private follow(key: string, begin: () => Promise<T>): Promise<T> {
    this.following.delete(key);
    return this.start(key, begin);
  }

  private start(key: string, begin: () => Promise<T>): Promise<T> {
    const reading = begin().finally(() => {
      if (this.running.get(key) === reading) this.running.delete(key);
    });
    this.running.set(key, reading);
    return reading;
  }
}
