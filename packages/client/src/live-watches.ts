import { LiveWatch, type WatchHandlers, type WatchSetting } from './live-watch.js';
import type { Session, SessionEnd } from './session.js';

/** A 401 may come some milliseconds before the message of the live channel that has the reason. */
const REASON_MS = 1000;

/** The live channels of a client. */
export class LiveWatches {
  private readonly watches = new Set<LiveWatch>();
  private readonly waiting = new Set<(reason?: string) => void>();

  /** Opens a channel. */
  open(setting: Omit<WatchSetting, 'onReason'>, handlers: WatchHandlers, session: Session): LiveWatch {
    const watch = new LiveWatch({ ...setting, onReason: (reason) => this.tell(reason) }, handlers, session);
    this.watches.add(watch);
    return watch;
  }

  /** Ends one watch; none of its handlers is called again. */
  close(watch: LiveWatch): void {
    this.watches.delete(watch);
    watch.close();
    if (!this.isTold()) this.tell();
  }

  /** Ends all, without an end of the session: another login has replaced it. */
  closeAll(): void {
    for (const watch of this.watches) this.close(watch);
  }

  /** Ends all, because the session has ended. */
  end(end: SessionEnd): void {
    for (const watch of this.watches) watch.end(end);
    this.watches.clear();
    this.tell();
  }

  /**
   * Why the session ended that a 401 has refused: waits up to a second for a channel that may say it.
   *
   * @returns undefined when no channel of the client's session is open, and when none says it
   */
  async reason(): Promise<string | undefined> {
    const known = [...this.watches].find((watch) => watch.reason !== undefined)?.reason;
    if (known !== undefined || !this.isTold()) return known;
    return new Promise((resolve) => {
      const done = (reason?: string) => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve(reason);
      };
      const timer = setTimeout(done, REASON_MS);
      this.waiting.add(done);
    });
  }

  private isTold(): boolean {
    return [...this.watches].some((watch) => watch.mayGiveReason);
  }

  private tell(reason?: string): void {
    for (const done of this.waiting) done(reason);
  }
}
