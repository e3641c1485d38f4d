import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { IssuerClock } from './issuer-clock.js';
import { isText } from './json.js';
import type { KeySet } from './key-set.js';
import type { Settings } from './options.js';
import { type Principal, principalOf } from './principal.js';
import { SIGNATURE_ALGORITHMS } from './signature-algorithms.js';
import { VerifierError } from './verifier-error.js';

const MAX_TOKEN_LENGTH = 8192;

/** A token with a valid signature, and what introspection said about it last. */
export interface KnownToken {
  readonly token: string;
  readonly principal: Readonly<Principal>;
  /** That of the keys by which the signature was verified. */
  readonly keyVersion: number;
  /** Whether it was recalled since it could have been forgotten last. */
  wasUsed: boolean;
  introspected?: {
    readonly role: string;
    /** When the request was sent; monotonic milliseconds. */
    readonly sentMs: number;
    /** The sequence of the feed that was complete then. */
    readonly sequence: number;
  };
}

/** Verifies signature and claims of access tokens, the signature once for each token. */
export class AccessTokens {
  /**
   * By signature, in the order in which they were verified or spared last. V8 hashes a key once for each request, and a signature is a
   * sixth of the token.
   */
  private readonly known = new Map<string, KnownToken>();

  constructor(
    private readonly settings: Settings,
    private readonly keys: KeySet,
    private readonly clock: IssuerClock,
  ) {}

  get size(): number {
    return this.known.size;
  }

  /** A token that is known and whose signature is still valid, else `undefined`; its expiry is not checked. */
  recall(token: string): KnownToken | undefined {
    const signature = signatureOf(token);
    const known = this.known.get(signature);
    if (known?.token !== token) return undefined;
    if (known.keyVersion !== this.keys.version || !this.keys.areUsable()) {
      this.known.delete(signature);
      return undefined;
    }
    known.wasUsed = true;
    return known;
  }

  /**
   * RFC 9068 §4.
   *
   * @throws VerifierError `token_invalid`, `token_expired`, or `unavailable` when the keys cannot be read
   */
  async verify(token: string): Promise<KnownToken> {
    const keyVersion = this.keys.version;
    const principal = principalOf(await this.payloadOf(token));
    if (principal === undefined) throw new VerifierError('token_invalid');
    const known = { token, principal, keyVersion, wasUsed: false };
    const signature = signatureOf(token);
    this.known.delete(signature);
    if (this.known.size >= this.settings.maxTokens) this.forgetOne();
    this.known.set(signature, known);
    return known;
  }

  /** @throws VerifierError `token_expired` */
  checkExpiry({ principal }: KnownToken): void {
    if (principal.exp <= this.clock.nowSeconds()) throw new VerifierError('token_expired');
  }

  /** The oldest one that was not used lately. So a recall moves no entry, which would cost more than the rest of it. */
  private forgetOne(): void {
    for (const [signature, known] of this.known) {
      this.known.delete(signature);
      if (!known.wasUsed) return;
      known.wasUsed = false;
      this.known.set(signature, known);
    }
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    checkLength(token);
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys.keyFor, {
        algorithms: [...SIGNATURE_ALGORITHMS],
        typ: 'at+jwt',
        issuer: this.settings.issuer,
        audience: this.settings.audience,
        currentDate: new Date(this.clock.nowSeconds() * 1000),
      });
      // RFC 7515 §4.1.11: no extension is understood here, not even those of the library.
      if ('crit' in protectedHeader) throw new VerifierError('token_invalid');
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/**
 * Why an issuer may have called a token inactive, read from the token without its signature. Nothing is accepted by it.
 */
export function inactiveReason(token: string, nowSeconds: number): VerifierError {
  try {
    const { exp } = decodeJwt(token);
    if (exp === undefined) return new VerifierError('token_invalid');
    return new VerifierError(exp <= nowSeconds ? 'token_expired' : 'token_revoked');
  } catch {
    return new VerifierError('token_invalid');
  }
}

/** @throws VerifierError `token_invalid` for what no header of a request should carry */
export function checkLength(token: unknown): asserts token is string {
  if (!isText(token) || token.length > MAX_TOKEN_LENGTH) throw new VerifierError('token_invalid');
}

const signatureOf = (token: string): string => token.slice(token.lastIndexOf('.') + 1);

function refusalOf(error: unknown): VerifierError {
  if (error instanceof VerifierError) return error;
  if (error instanceof errors.JWTExpired) return new VerifierError('token_expired', error);
  if (error instanceof errors.JOSEError) return new VerifierError('token_invalid', error);
  // WebCrypto refuses some keys and encodings by errors of its own.
  return new VerifierError('token_invalid', error);
}
