import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Standing } from '../standing/standing.js';
import { reasonOf } from '../common/database-errors.js';
import { Stopwatch } from '../common/stopwatch.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { isEndedConnection, isOutOfReach } from '../database/out-of-reach.js';
import { runAlone } from '../database/run-alone.js';

const PAUSE_MS = 500;
const TICK_MS = 100;
const QUESTION = 'SELECT 1';

type Answer = 'answers' | 'out of reach' | 'unknown';

/**
 * Proves whether PostgreSQL is out of reach while the log is not read: the silence of one connection proves nothing. It is out of reach
 * when every way that requests use has failed, a statement of the pool and a new connection, each within the time that requests have.
 * What was cached may be served then, unless this instance had stopped reading the log before, or has had an answer since.
 */
@Injectable()
export class DatabaseReach implements OnApplicationShutdown {
  private readonly halfMs: number;
  /** Since the log was read last; `undefined` while it is read. */
  private doubt: { mayServe: boolean } | undefined;
  private isAsking = false;
  /** Called with each answer while the log is not read. */
  onAnswer: () => void = () => undefined;

  constructor(
    private readonly standing: Standing,
    private readonly database: Database,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {
    this.halfMs = config.database.timeoutMs / 2;
  }

  onApplicationShutdown(): void {
    this.doubt = undefined;
  }

  /** The log was read. */
  read(): void {
    this.doubt = undefined;
  }

  /** A new connection of the follower has had an answer, and the log is not read yet. */
  answered(): void {
    if (this.doubt !== undefined) this.doubt.mayServe = false;
  }

  /**
   * The log was not read, or has had no answer for a while.
   * @param wasCurrent whether cache entries could be accepted when the attempt to read it began
   */
  question(wasCurrent: boolean): void {
    this.doubt ??= { mayServe: wasCurrent };
    if (!this.isAsking) void this.ask();
  }

  private async ask(): Promise<void> {
    this.isAsking = true;
    while (this.doubt !== undefined) {
      const { doubt } = this;
      const { answer, reason } = await this.tryEveryWay();
      // The log was read meanwhile.
      if (doubt !== this.doubt) continue;
      if (answer === 'answers') {
        this.answered();
        if (this.standing.state === 'unreachable')
          this.standing.suspend('PostgreSQL answers, and the log is not read yet');
        this.onAnswer();
      } else if (answer === 'out of reach' && doubt.mayServe && this.standing.state !== 'unreachable')
        this.standing.lose(reason);
      await pause(PAUSE_MS, undefined, { ref: false });
    }
    this.isAsking = false;
  }

  private async tryEveryWay(): Promise<{ answer: Answer; reason: string }> {
    const reasons: string[] = [];
    const ways = [() => this.dataSource.query(QUESTION), () => this.connect()].map((way) =>
      this.untilItStays(way).catch((error: unknown) => {
        reasons.push(reasonOf(error));
        if (isOutOfReach(error)) throw error;
      }),
    );
    const wasStalled = this.watchForStalls();
    const answer = await Promise.any(ways).then(
      () => 'answers' as const,
      () => 'out of reach' as const,
    );
    return {
      answer: wasStalled() && answer === 'out of reach' ? 'unknown' : answer,
      reason: reasons.join('; '),
    };
  }

  /** A server that shuts down ends its connections before it refuses new ones, so the end of one shows nothing: the next is tried. */
  private async untilItStays(way: () => Promise<unknown>): Promise<void> {
    const trying = new Stopwatch();
    for (;;) {
      try {
        await way();
        return;
      } catch (error) {
        if (!isEndedConnection(error) || trying.elapsedMs > this.halfMs) throw error;
      }
    }
  }

  /** @returns ends it, and says whether this process stood still for so long that an answer may have had no time to be read */
  private watchForStalls(): () => boolean {
    let lap = new Stopwatch();
    let longestMs = 0;
    const tick = (): void => {
      longestMs = Math.max(longestMs, lap.elapsedMs);
      lap = new Stopwatch();
    };
    const timer = setInterval(tick, TICK_MS);
    return () => {
      clearInterval(timer);
      tick();
      return longestMs > this.halfMs / 2;
    };
  }

  private connect(): Promise<void> {
    const limits = { connectionTimeoutMillis: this.halfMs, query_timeout: this.halfMs };
    const { requests } = this.database;
    return runAlone(
      { primary: requests, application_name: `${this.config.name}-reach`, ...limits },
      QUESTION,
    );
  }
}
