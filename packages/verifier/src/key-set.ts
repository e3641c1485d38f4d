import {
  type CompactJWSHeaderParameters,
  createLocalJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
} from 'jose';
import { type Clock, elapsedMs, type Instant, instantOf, sleep } from './clock.js';
import type { Reporter } from './reporter.js';
import { VerifierError } from './verifier-error.js';

/** Between the begins of two requests for the keys, whoever sends tokens with unknown key ids. */
const COOL_DOWN_MS = 1000;
const REFRESH_MS = 60_000;
/** Keys that could not be read again for so long are not used: one of them may have been withdrawn. */
const MAX_AGE_MS = 600_000;

type GetKey = ReturnType<typeof createLocalJWKSet>;

/**
 * The public keys of the issuer. The header of a token chooses among them by its `kid` alone. It is never followed to
 * another key: `jku`, `jwk` and `x5u` are not read.
 */
export class KeySet {
  /** Changes with the keys: what was verified under another version must be verified again. */
  version = 0;
  private ids: ReadonlySet<unknown> = new Set();
  private getKey: GetKey | undefined;
  private readAt: Instant | undefined;
  private content = '';
  /** The request that begins next, and the one that began last. */
  private waiting: Promise<void> | undefined;
  private reading: Promise<void> | undefined;
  private lastBeginMs = -Infinity;
  private readonly closing = new AbortController();

  constructor(
    private readonly read: () => Promise<JSONWebKeySet>,
    private readonly clock: Clock,
    private readonly reporter: Reporter,
  ) {}

  /** Reads the keys again and again, so that a withdrawn key is refused a minute later. Failures are reported. */
  start(): void {
    void this.follow();
  }

  close(): void {
    this.closing.abort();
  }

  /**
   * The key that the header names.
   *
   * @throws errors.JWKSNoMatchingKey when keys that were read after the call began have no such key
   * @throws VerifierError `unavailable` when the keys cannot be read
   */
  readonly keyFor = async (
    header: CompactJWSHeaderParameters,
    token: FlattenedJWSInput,
  ): Promise<CryptoKey> => {
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey();
    const { kid } = header;
    const isKnown = () => this.areUsable() && this.ids.has(kid);
    // Keys that are on their way already may have it.
    if (!isKnown()) await this.reading?.catch(() => undefined);
    if (!isKnown()) await this.readAgain();
    if (!this.areUsable() || this.getKey === undefined) throw new VerifierError('unavailable');
    return this.getKey(header, token);
  };

  /** False before they were read, and when they could not be read again for ten minutes. */
  areUsable(): boolean {
    return this.readAt !== undefined && elapsedMs(this.clock, this.readAt) < MAX_AGE_MS;
  }

  /** One request for all callers, which begins after each of them called. */
  private async readAgain(): Promise<void> {
    this.waiting ??= this.readAfterCoolDown();
    try {
      await this.waiting;
    } catch (error) {
      this.reporter.failed('keys', error);
      throw new VerifierError('unavailable', error);
    }
  }

  private async readAfterCoolDown(): Promise<void> {
    const delayMs = this.lastBeginMs + COOL_DOWN_MS - this.clock.monotonicMs();
    // Without a delay as well the caller stores the promise before it is removed here.
    await (delayMs > 0 ? sleep(this.clock, delayMs, this.closing.signal) : undefined);
    this.waiting = undefined;
    this.reading = this.readNow();
    await this.reading;
  }

  private async readNow(): Promise<void> {
    const begin = instantOf(this.clock);
    this.lastBeginMs = begin.monotonicMs;
    const keys = await this.read();
    // A slow answer must not replace the keys of a later request.
    if (begin.monotonicMs >= (this.readAt?.monotonicMs ?? -Infinity)) this.use(keys, begin);
  }

  private use(set: JSONWebKeySet, readAt: Instant): void {
    this.readAt = readAt;
    const content = JSON.stringify(set);
    if (content === this.content) return;
    this.content = content;
    this.ids = new Set(set.keys.map(({ kid }) => kid));
    this.getKey = createLocalJWKSet(set);
    this.version += 1;
  }

  private async follow(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await this.readAgain().catch(() => undefined);
      await sleep(this.clock, this.areUsable() ? REFRESH_MS : COOL_DOWN_MS, signal);
    }
  }
}
