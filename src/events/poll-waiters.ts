import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RecentLog } from './recent-log.js';
import { PollAdmission } from './poll-admission.js';

/** A reading is asked for this long before a poll ends. */
export const ASK_MS = 100;
/** A poll that ends without a reading in that time is answered with the last one. */
const GRACE_MS = 100;
/**
 * Shortest time between two rounds of answers: with many changes, an answer has the changes of this time. An answer takes about 0.1 ms
 * of the instance, so receivers take half of it at most, however many they are.
 */
const PACE_MS = 20;
const PACE_MS_PER_POLL = 0.2;

interface Waiter {
  /** `performance.now()` from which on it is woken by any reading. */
  readonly askAt: number;
  readonly wake: () => void;
}

/** Polls that wait for changes. */
@Injectable()
export class PollWaiters implements OnModuleInit, BeforeApplicationShutdown {
  private readonly waiters = new Set<Waiter>();
  private lastRound = -Infinity;
  private round: Promise<void> | undefined;
  private isAnnounced = false;
  private isClosing = false;

  constructor(
    private readonly recent: RecentLog,
    private readonly admission: PollAdmission,
  ) {}

  onModuleInit(): void {
    this.recent.readings.subscribe((hasRows) => {
      if (hasRows) void this.announce();
      else this.wake((askAt) => askAt <= performance.now());
    });
  }

  /** Polls that are waiting are answered at once, and later ones do not wait. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    this.wake(() => true);
  }

  /** Resolves at once, or with the next round of answers while one has just begun. */
  async turn(): Promise<void> {
    await this.nextRound();
  }

  /**
   * Resolves with new rows, with a reading near the end of the poll, and at its end.
   * @param until when the poll ends, `performance.now()`
   * @param since a reading that began earlier than this is not enough
   * @returns whether the poll may wait once more
   */
  async wait(until: number, since: number, signal: AbortSignal): Promise<boolean> {
    if (this.isClosing || signal.aborted || performance.now() >= until + GRACE_MS) return false;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const ask = () => {
        const { reading } = this.recent;
        const isEnough = reading === undefined || reading.beganAt >= since;
        if (isEnough) {
          wake();
          return;
        }
        timer = setTimeout(wake, until + GRACE_MS - performance.now());
        this.recent.demand();
      };
      const waiter = { askAt: until - ASK_MS, wake };
      let timer = setTimeout(ask, waiter.askAt - performance.now());
      this.waiters.add(waiter);
      signal.addEventListener('abort', wake);
    });
    return true;
  }

  private async announce(): Promise<void> {
    if (this.isAnnounced) return;
    this.isAnnounced = true;
    await this.nextRound();
    this.isAnnounced = false;
    this.lastRound = performance.now();
    this.wake(() => true);
  }

  private nextRound(): Promise<void> {
    const paceMs = Math.max(PACE_MS, PACE_MS_PER_POLL * this.admission.openPolls);
    const delayMs = this.lastRound + paceMs - performance.now();
    if (delayMs <= 0) return Promise.resolve();
    this.round ??= pause(delayMs).then(() => {
      this.round = undefined;
    });
    return this.round;
  }

  private wake(isDue: (askAt: number) => boolean): void {
    for (const { askAt, wake } of this.waiters) if (isDue(askAt)) wake();
  }
}
