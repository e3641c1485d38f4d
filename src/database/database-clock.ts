import { Injectable } from '@nestjs/common';

/**
 * PostgreSQL's time, as this instance knows it. What several instances compare (the age of a cache entry, the expiry of a
 * token) is compared on this one clock, so the clocks of the instances may differ.
 *
 * Each page of the invalidation log sets it; between two pages the monotonic clock moves it on. Until the first page, and
 * with the embedded database, it is the clock of this machine.
 */
@Injectable()
export class DatabaseClock {
  private anchor: { readonly databaseMs: number; readonly monotonicMs: number } | undefined;

  /** @param databaseMs PostgreSQL's `clock_timestamp()`, milliseconds since the epoch, as an answer has just brought it */
  set(databaseMs: number): void {
    this.anchor = { databaseMs, monotonicMs: performance.now() };
  }

  /** Milliseconds since the epoch; late by the time that an answer takes. */
  now(): number {
    if (this.anchor === undefined) return Date.now();
    return this.anchor.databaseMs + performance.now() - this.anchor.monotonicMs;
  }
}
