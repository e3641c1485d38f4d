import type { Clock } from './clock.js';
import type { Principal } from './principal.js';
import type { Reporter } from './reporter.js';
import type { Revocation } from './revocation-listeners.js';
import { VerifierError } from './verifier-error.js';

/** Why a connection or stream must end. */
export interface WatchEnd {
  readonly code: 'token_revoked' | 'token_expired' | 'unavailable';
  /** The issuer's word for a revocation, if the feed brought it. */
  readonly reason?: string;
}

export interface WatchListeners {
  /** Called once, also after `renew`. Not called after `close` of the watch. */
  onEnd(end: WatchEnd): void;
  /** The role of the user is another one. */
  onChange?(principal: Principal): void;
}

/** Judges a token, as {@link Verifier} does. */
export interface TokenJudge {
  verifyAtOnce(accessToken: string): Principal | undefined;
  verify(accessToken: string): Promise<Principal>;
}

/** Questions to the issuer at a time, while the feed says nothing. */
const MOST_QUESTIONS = 50;

/** A token that is in use for longer than a request. Made by `Verifier.watch`. */
export class Watch {
  /** Since when the token could not be judged; monotonic milliseconds. */
  doubtedSinceMs: number | undefined;
  isBeingAsked = false;

  /** Made by `Verifier.watch`. */
  constructor(
    private readonly watches: Watches,
    private current: Principal,
    private accessToken: string,
    readonly listeners: WatchListeners,
  ) {}

  /** Who the token belongs to, with the role as it is now. */
  get principal(): Principal {
    return this.current;
  }

  get token(): string {
    return this.accessToken;
  }

  /**
   * Goes on with a newer token of the same session, before the old one expires.
   * @throws VerifierError as `verify`; `token_invalid` for a token of another session. The watch goes on with the old token
   */
  async renew(accessToken: string): Promise<Principal> {
    const principal = await this.watches.judge.verify(accessToken);
    if (principal.sid !== this.current.sid) throw new VerifierError('token_invalid');
    this.accessToken = accessToken;
    this.update(principal);
    return principal;
  }

  /** Ends the watch, as the connection has ended. */
  close(): void {
    this.watches.remove(this);
  }

  /** The token was judged again. */
  update(principal: Principal): void {
    this.doubtedSinceMs = undefined;
    const hasChanged = principal.role !== this.current.role;
    this.current = principal;
    if (hasChanged) this.listeners.onChange?.(principal);
  }
}

/**
 * The tokens of open connections and streams. Each ends when the feed brings its revocation, when it expires, and when it cannot be
 * judged: as a request with the same token would be refused, at most a tenth of the bound later.
 */
export class Watches {
  /** By session, and by user. */
  private readonly index = new Map<string, Set<Watch>>();
  private readonly all = new Set<Watch>();
  private cancelTick: (() => void) | undefined;
  private questions = 0;

  constructor(
    readonly judge: TokenJudge,
    private readonly clock: Clock,
    /** How often each watch is judged, and for how long it may go on unjudged while too many wait for an answer. */
    private readonly times: { readonly everyMs: number; readonly patienceMs: number },
    private readonly reporter: Reporter,
  ) {}

  get size(): number {
    return this.all.size;
  }

  /** @param principal that of the token, which has just been verified */
  add(principal: Principal, token: string, listeners: WatchListeners): Watch {
    const watch = new Watch(this, principal, token, listeners);
    this.all.add(watch);
    for (const key of [principal.sid, principal.sub]) {
      const found = this.index.get(key) ?? new Set();
      this.index.set(key, found.add(watch));
    }
    this.cancelTick ??= this.tickLater();
    // A revocation may have come since the verdict.
    this.check(watch);
    return watch;
  }

  remove(watch: Watch): boolean {
    const { sid, sub } = watch.principal;
    for (const key of [sid, sub]) {
      const found = this.index.get(key);
      found?.delete(watch);
      if (found?.size === 0) this.index.delete(key);
    }
    return this.all.delete(watch);
  }

  /** Where the sessions of all users have ended, each watch is judged again: a later session is not among them. */
  revoked({ sub, sid, reason }: Revocation): void {
    const key = sid ?? sub;
    if (key === undefined) for (const watch of [...this.all]) this.check(watch, reason);
    else
      for (const watch of [...(this.index.get(key) ?? [])])
        this.end(watch, { code: 'token_revoked', reason });
  }

  /** Nothing can be judged any more. */
  close(): void {
    this.cancelTick?.();
    for (const watch of [...this.all]) this.end(watch, { code: 'unavailable' });
  }

  private tickLater(): () => void {
    return this.clock.after(this.times.everyMs, () => {
      this.cancelTick = undefined;
      for (const watch of [...this.all]) this.check(watch);
      if (this.all.size > 0) this.cancelTick = this.tickLater();
    });
  }

  /** Judges the token at once, or asks the issuer. @param reason of a revocation that may concern it */
  private check(watch: Watch, reason?: string): void {
    try {
      const principal = this.judge.verifyAtOnce(watch.token);
      if (principal !== undefined) return this.call(() => watch.update(principal));
    } catch (error) {
      return this.refused(watch, error, reason);
    }
    const nowMs = this.clock.monotonicMs();
    watch.doubtedSinceMs ??= nowMs;
    // Too many wait for an answer.
    if (nowMs - watch.doubtedSinceMs > this.times.patienceMs) this.end(watch, { code: 'unavailable' });
    else if (!watch.isBeingAsked && this.questions < MOST_QUESTIONS) void this.ask(watch);
  }

  private async ask(watch: Watch): Promise<void> {
    const { token } = watch;
    watch.isBeingAsked = true;
    this.questions += 1;
    try {
      const principal = await this.judge.verify(token);
      if (this.all.has(watch) && token === watch.token) this.call(() => watch.update(principal));
    } catch (error) {
      if (token === watch.token) this.refused(watch, error);
    } finally {
      watch.isBeingAsked = false;
      this.questions -= 1;
    }
  }

  private refused(watch: Watch, error: unknown, reason?: string): void {
    const { code } = error as VerifierError;
    if (code === 'token_revoked') return this.end(watch, { code, ...(reason !== undefined && { reason }) });
    this.end(watch, { code: code === 'token_expired' ? code : 'unavailable' });
  }

  private end(watch: Watch, end: WatchEnd): void {
    if (this.remove(watch)) this.call(() => watch.listeners.onEnd(end));
  }

  /** What a listener throws concerns no other watch. */
  private call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.reporter.failed('listener', error);
    }
  }
}
