import type { Clock } from './clock.js';
import type { IssuerClock } from './issuer-clock.js';
import type { SecurityEvent } from './security-event.js';

/** Entries outlive every token that they concern by this: the clock that judges expiries may be slow by as much. */
const CLOCK_TOLERANCE_MS = 60_000;
/** An event's time is that of the statement, and a login can read the role a moment before it signs the token. */
const CHANGE_MARGIN_SECONDS = 5;
/** The key of a change that concerns all users. */
const EVERYBODY = '';
/** Events that come within this time are deleted together. */
const BATCH_MS = 1000;
const BATCH_EVENTS = 500;

/**
 * What an entry takes in the heap beside its key, and a batch beside its entries, at most: where entries come and go, V8 gives a `Map` four
 * times the places that it needs. `memory.spec.ts` measures it.
 */
const ENTRY_BYTES = 145;
const BATCH_BYTES = 600;

export interface Change {
  /** Tokens issued until then, by the clock of this history, say nothing about the session or the user; seconds since 1970. */
  readonly untilIat: number;
  /** When the event was applied; monotonic milliseconds. */
  readonly atMs: number;
}

/** Events that came together. Its times are those of the last one. */
interface Batch extends Change {
  readonly beganMs: number;
  untilIat: number;
  atMs: number;
  expiresMs: number;
  bytes: number;
  readonly keys: string[];
}

/** The last entry that was deleted. */
export interface Forgotten extends Change {
  /** Whether one was deleted that an unexpired token may contradict. */
  readonly isEarly: boolean;
}

/**
 * What the feed has delivered and an unexpired token can still contradict. An entry is deleted one token life after it came, or
 * earlier when all together take too much memory.
 */
export class Revocations {
  private readonly sessions = new Map<string, Batch>();
  private readonly users = new Map<string, Batch>();
  private readonly changes = new Map<string, Batch>();
  /** Tokens with an earlier time are of sessions that ended together with all others. Seconds since 1970. */
  private everybodyEndedAt = -Infinity;
  /** Oldest first. */
  private batches: Batch[] = [];
  private takenBytes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly issuerClock: IssuerClock,
    private readonly maxBytes: number,
  ) {}

  get size(): number {
    return this.sessions.size + this.users.size + this.changes.size;
  }

  /** What the entries take, at most. */
  get bytes(): number {
    return this.takenBytes;
  }

  /** @param tokenLifetimeMs no token lives longer */
  apply(events: readonly SecurityEvent[], tokenLifetimeMs: number): void {
    for (const event of events) {
      const batch = this.batchOf(event, tokenLifetimeMs);
      if (event.kind === 'everybody-revoked')
        this.everybodyEndedAt = Math.max(this.everybodyEndedAt, Math.floor(event.endedAt));
      const [map, key] = this.placeOf(event);
      if (map.get(key) === batch) continue;
      map.set(key, batch);
      batch.keys.push(key);
      batch.bytes += ENTRY_BYTES + key.length;
      this.takenBytes += ENTRY_BYTES + key.length;
    }
  }

  /**
   * Deletes what has expired, and the oldest entries while all together take more than the bound.
   *
   * @returns `undefined` when nothing was deleted
   */
  deleteOld(): Forgotten | undefined {
    const nowMs = this.clock.monotonicMs();
    let forgotten: Forgotten | undefined;
    for (let [oldest] = this.batches; oldest !== undefined; [oldest] = this.batches) {
      const isEarly = oldest.expiresMs > nowMs;
      if (isEarly && this.takenBytes <= this.maxBytes) break;
      this.batches.shift();
      this.delete(oldest);
      const { untilIat, atMs } = oldest;
      forgotten = { untilIat, atMs, isEarly };
    }
    return forgotten;
  }

  /** Forgets everything, as the changes may be lost. The caller makes sure that no token is covered that they concern. */
  clear(): void {
    for (const map of [this.sessions, this.users, this.changes]) map.clear();
    this.batches = [];
    this.takenBytes = 0;
    this.everybodyEndedAt = -Infinity;
  }

  /**
   * What the issuer's clock shows. After it was set back, a new session can have an earlier time than one that has ended: then the issuer
   * decides.
   */
  observe(epochSeconds: number): void {
    if (epochSeconds < this.everybodyEndedAt) this.everybodyEndedAt = -Infinity;
  }

  isRevoked({ sid, sub, iat }: { sid: string; sub: string; iat: number }): boolean {
    return this.sessions.has(sid) || this.users.has(sub) || iat < this.everybodyEndedAt;
  }

  /** The last change of the user, and of everybody. */
  changeOf({ sub }: { sub: string }): Change | undefined {
    const [own, common] = [this.changes.get(sub), this.changes.get(EVERYBODY)];
    if (own === undefined || common === undefined) return own ?? common;
    return { untilIat: Math.max(own.untilIat, common.untilIat), atMs: Math.max(own.atMs, common.atMs) };
  }

  private placeOf(event: SecurityEvent): [Map<string, Batch>, string] {
    switch (event.kind) {
      case 'session-revoked':
        return [this.sessions, event.sid];
      case 'user-revoked':
        return [this.users, event.sub];
      case 'user-changed':
        return [this.changes, event.sub];
      case 'everybody-revoked':
        return [this.changes, EVERYBODY];
    }
  }

  /** The batch to which the event belongs, with its times moved on. */
  private batchOf({ issuedAt }: SecurityEvent, tokenLifetimeMs: number): Batch {
    const atMs = this.clock.monotonicMs();
    const last = this.batches.at(-1);
    const isOpen = last !== undefined && atMs - last.beganMs < BATCH_MS && last.keys.length < BATCH_EVENTS;
    const batch = isOpen ? last : this.newBatch(atMs);
    const untilIat = Math.max(issuedAt, this.issuerClock.nowSeconds()) + CHANGE_MARGIN_SECONDS;
    batch.untilIat = Math.max(batch.untilIat, untilIat);
    batch.atMs = atMs;
    batch.expiresMs = Math.max(batch.expiresMs, atMs + tokenLifetimeMs + CLOCK_TOLERANCE_MS);
    return batch;
  }

  private newBatch(beganMs: number): Batch {
    const times = { beganMs, untilIat: -Infinity, atMs: beganMs, expiresMs: -Infinity };
    const batch = { ...times, bytes: BATCH_BYTES, keys: [] };
    this.batches.push(batch);
    this.takenBytes += BATCH_BYTES;
    return batch;
  }

  /** Entries that came again belong to a later batch, and stay. */
  private delete(batch: Batch): void {
    this.takenBytes -= batch.bytes;
    for (const map of [this.sessions, this.users, this.changes]) {
      for (const key of batch.keys) if (map.get(key) === batch) map.delete(key);
    }
  }
}
