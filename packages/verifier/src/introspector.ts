import { type Clock, type Instant, instantOf } from './clock.js';
import type { Issuer } from './issuer.js';
import { isText, type JsonObject } from './json.js';
import type { Settings } from './options.js';
import { type Principal, principalOf } from './principal.js';
import type { Reporter } from './reporter.js';
import { VerifierError } from './verifier-error.js';

export interface Introspection {
  /** When the question was sent: the verdict is no older. */
  readonly sentAt: Instant;
  /** `undefined` for a token that is not active. */
  readonly principal: Principal | undefined;
}

/** Asks the issuer about a token (RFC 7662). */
export class Introspector {
  private readonly running = new Map<string, Promise<Introspection>>();
  private asked = 0;

  constructor(
    private readonly settings: Settings,
    private readonly issuer: Issuer,
    private readonly clock: Clock,
    private readonly reporter: Reporter,
  ) {}

  /** How many requests were sent. */
  get count(): number {
    return this.asked;
  }

  /**
   * The answer to a question that is on its way, if there is one. An issuer that left that question without an answer may be back
   * since then: it is asked once more.
   *
   * @throws as `ask`
   */
  share(token: string): Promise<Introspection> {
    const earlier = this.running.get(token);
    return earlier?.catch(() => this.running.get(token) ?? this.begin(token)) ?? this.begin(token);
  }

  private begin(token: string): Promise<Introspection> {
    const asked = this.ask(token).finally(() => this.running.delete(token));
    this.running.set(token, asked);
    return asked;
  }

  /** @throws VerifierError `unavailable` without an answer within the bound, or with one that cannot be used */
  async ask(token: string): Promise<Introspection> {
    this.asked += 1;
    try {
      const { introspectionEndpoint } = await this.issuer.metadata();
      const timeoutMs = Math.min(this.settings.requestTimeoutMs, this.settings.maxStalenessMs);
      const sentAt = instantOf(this.clock);
      const form = { token, token_type_hint: 'access_token' };
      const answer = await this.issuer.postForm(introspectionEndpoint, form, timeoutMs);
      return { sentAt, principal: this.principalOf(answer) };
    } catch (error) {
      this.reporter.failed('introspection', error);
      throw new VerifierError('unavailable', error);
    }
  }

  /** What is no access token of this issuer for this audience counts as not active, such as a refresh token. */
  private principalOf(answer: JsonObject): Principal | undefined {
    const { active, iss, aud, token_type: type } = answer;
    if (typeof active !== 'boolean') throw new Error('the introspection has no member active');
    const { issuer, audience } = this.settings;
    const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
    const isBearer = isText(type) && type.toLowerCase() === 'bearer';
    if (!active || iss !== issuer || !audiences.includes(audience) || !isBearer) return undefined;
    const principal = principalOf(answer);
    if (principal === undefined) throw new Error('the introspection of an active token has too few members');
    return principal;
  }
}
