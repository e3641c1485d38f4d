import { AccessTokens, checkLength, inactiveReason, type KnownToken } from './access-tokens.js';
import { type Clock, elapsedMs } from './clock.js';
import { Coverage } from './coverage.js';
import { Feed } from './feed.js';
import { HttpClient } from './http-client.js';
import { type Introspection, Introspector } from './introspector.js';
import { Issuer } from './issuer.js';
import { IssuerClock } from './issuer-clock.js';
import { MisconfigurationError } from './issuer-error.js';
import { KeySet } from './key-set.js';
import type { Settings } from './options.js';
import type { Principal } from './principal.js';
import { Reporter } from './reporter.js';
import { type RevocationListener, RevocationListeners } from './revocation-listeners.js';
import { Revocations } from './revocations.js';
import { VerifierError } from './verifier-error.js';
import type { VerifierStatus } from './verifier-status.js';
import { type Watch, type WatchListeners, Watches } from './watches.js';

/**
 * Verifies access tokens of one issuer. `createVerifier` makes it; the class is exported so that injectors can name it.
 */
export class Verifier {
  private readonly http: HttpClient;
  private readonly reporter: Reporter;
  private readonly issuer: Issuer;
  private readonly keys: KeySet;
  private readonly issuerClock: IssuerClock;
  private readonly tokens: AccessTokens;
  private readonly introspector: Introspector;
  private readonly revocations: Revocations;
  private readonly coverage: Coverage;
  private readonly feed: Feed;
  private readonly listeners: RevocationListeners;
  private readonly watches: Watches;
  private closed = false;

  /** Use `createVerifier`. */
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.http = new HttpClient(settings.fetch, clock);
    this.reporter = new Reporter(settings.onError, clock);
    this.issuer = new Issuer(settings, this.http);
    this.issuerClock = new IssuerClock(clock);
    this.keys = new KeySet(() => this.issuer.keys(), clock, this.reporter);
    this.tokens = new AccessTokens(settings, this.keys, this.issuerClock);
    this.introspector = new Introspector(settings, this.issuer, clock, this.reporter);
    this.revocations = new Revocations(clock, this.issuerClock, settings.maxRevocationBytes);
    this.coverage = new Coverage(clock, settings.maxStalenessMs);
    this.feed = new Feed(
      settings,
      this.issuer,
      this.keys,
      this.coverage,
      this.revocations,
      clock,
      this.issuerClock,
      this.reporter,
    );
    this.listeners = new RevocationListeners(this.reporter);
    this.watches = new Watches(this, clock, watchTimes(settings), this.reporter);
    this.listeners.add((revocation) => this.watches.revoked(revocation));
    this.feed.onEvents = (events) => this.listeners.tell(events);
  }

  /** @throws MisconfigurationError; an issuer that does not answer is reported only */
  async start(): Promise<void> {
    try {
      if (this.settings.mode === 'introspect') await this.issuer.metadata();
      else await this.issuer.feedConfiguration();
    } catch (error) {
      if (error instanceof MisconfigurationError) throw error;
      this.reporter.failed('metadata', error);
    }
    if (this.settings.mode === 'introspect' || this.closed) return;
    this.keys.start();
    this.feed.start();
  }

  /**
   * Who the token belongs to. Its signature and claims are valid, and it was not revoked more than `maxStalenessMs` before
   * the promise is fulfilled. In the mode `introspect` it was not revoked when the call began.
   *
   * @throws VerifierError `token_invalid`, `token_expired`, `token_revoked` (401), or `unavailable` (503)
   */
  async verify(accessToken: string): Promise<Principal> {
    return this.verifyAtOnce(accessToken) ?? this.verifyLater(accessToken);
  }

  /**
   * As `verify`, for a remembered token that can be judged without the issuer: there is nothing to wait for. Guards and
   * middleware call it first, because a promise costs as much as the check.
   *
   * @returns `undefined` when `verify` must be called
   * @throws VerifierError `token_invalid` for what no header should carry, `token_expired` or `token_revoked`
   */
  verifyAtOnce(accessToken: string): Principal | undefined {
    checkLength(accessToken);
    if (this.closed || this.settings.mode === 'introspect') return undefined;
    const known = this.tokens.recall(accessToken);
    if (known === undefined) return undefined;
    const role = this.roleIfFresh(known);
    return role === undefined ? undefined : principalWith(known, role);
  }

  /**
   * Calls the listener for each revocation that the feed brings, a few milliseconds after its commit. After a gap in the feed, earlier ones
   * come again and some may never come, so what must end with a session is watched by {@link watch}.
   *
   * @returns ends it
   * @throws TypeError in the mode `introspect`, which has no feed
   */
  onRevoked(listener: RevocationListener): () => void {
    if (this.settings.mode === 'introspect') throw new TypeError('onRevoked needs the mode feed');
    return this.listeners.add(listener);
  }

  /**
   * Watches the token of a connection or a stream, which outlives the check at its begin. `onEnd` is called when a request with this token
   * would be refused: with the revocation if the feed brings it, else at most a tenth of `maxStalenessMs` later. In the mode
   * `introspect` each watch is a request to the issuer every `maxStalenessMs`.
   *
   * @throws VerifierError as `verify`
   */
  async watch(accessToken: string, listeners: WatchListeners): Promise<Watch> {
    const principal = await this.verify(accessToken);
    if (this.closed) throw new VerifierError('unavailable');
    return this.watches.add(principal, accessToken, listeners);
  }

  /** For health checks, metrics and tests. */
  status(): VerifierStatus {
    const stalenessMs = this.coverage.stalenessMs();
    return {
      mode: this.settings.mode,
      fresh: this.coverage.isFresh(),
      stalenessMs: stalenessMs === Infinity ? null : stalenessMs,
      revocations: this.revocations.size,
      revocationBytes: this.revocations.bytes,
      tokens: this.tokens.size,
      introspections: this.introspector.count,
      restarts: this.coverage.restarts,
      watches: this.watches.size,
    };
  }

  /** Ends every request to the issuer. Later calls of `verify` are `unavailable`. */
  async close(): Promise<void> {
    this.closed = true;
    this.reporter.close();
    this.feed.close();
    this.keys.close();
    this.http.close();
    this.watches.close();
  }

  private async verifyLater(accessToken: string): Promise<Principal> {
    if (this.closed) throw new VerifierError('unavailable');
    if (this.settings.mode === 'introspect') return this.verifyByAsking(accessToken);
    const known = this.tokens.recall(accessToken) ?? (await this.tokens.verify(accessToken));
    const role = this.roleIfFresh(known) ?? (await this.roleByAsking(accessToken, known));
    return principalWith(known, role);
  }

  /**
   * The decision without asking. Everything is checked in one step at the moment of acceptance, so no pause of the process
   * or of the network lies between the check and the answer.
   *
   * @returns the role, or `undefined` when the issuer must be asked
   */
  private roleIfFresh(known: KnownToken): string | undefined {
    const { principal } = known;
    this.refuseKnown(known);
    if (!this.coverage.isFresh()) return undefined;
    if (!this.feed.knowsLifetime(principal.exp - principal.iat)) return undefined;
    return this.coverage.roleOf(known, this.revocations.changeOf(principal));
  }

  private async roleByAsking(token: string, known: KnownToken): Promise<string> {
    try {
      return await this.roleByIntrospection(token, known);
    } catch (error) {
      if (this.closed || (error as VerifierError).code !== 'unavailable') throw error;
      // The feed may have caught up while nobody answered the question, as it does after a pause of this process.
      const role = this.roleIfFresh(known);
      if (role === undefined) throw error;
      return role;
    }
  }

  private async roleByIntrospection(token: string, known: KnownToken): Promise<string> {
    const introspection = await this.introspector.share(token);
    // The feed may have said more than the issuer did, while the question was on its way.
    this.refuseKnown(known);
    const { role, sub, sid } = this.active(introspection) ?? {};
    if (role === undefined) throw new VerifierError('token_revoked');
    if (sub !== known.principal.sub || sid !== known.principal.sid) throw new VerifierError('unavailable');
    this.coverage.keep(known, introspection.sentAt.monotonicMs, role);
    return role;
  }

  private async verifyByAsking(token: string): Promise<Principal> {
    const principal = this.active(await this.introspector.ask(token));
    if (principal === undefined) throw inactiveReason(token, this.issuerClock.nowSeconds());
    return principal;
  }

  /** @throws VerifierError `unavailable` when the verdict is older than the bound by now */
  private active({ sentAt, principal }: Introspection): Principal | undefined {
    if (principal !== undefined && elapsedMs(this.clock, sentAt) > this.settings.maxStalenessMs) {
      throw new VerifierError('unavailable');
    }
    return principal;
  }

  private refuseKnown(known: KnownToken): void {
    this.tokens.checkExpiry(known);
    if (this.revocations.isRevoked(known.principal)) throw new VerifierError('token_revoked');
  }
}

const watchTimes = ({ mode, maxStalenessMs }: Settings) => ({
  everyMs: mode === 'feed' ? maxStalenessMs / 10 : maxStalenessMs,
  patienceMs: 2 * maxStalenessMs,
});

/** A copy, which the application may change. */
function principalWith(known: KnownToken, role: string): Principal {
  // V8 copies a spread object fast only where no other member follows it.
  const principal = { ...known.principal };
  principal.role = role;
  return principal;
}
