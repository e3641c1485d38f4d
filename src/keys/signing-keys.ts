import type { JsonWebKey, KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AppConfig } from '../config/app-config.js';
import type { AsymmetricAlgorithm } from '../config/jwk.js';
import type { SigningKey } from '../config/signing-key.js';

/** A key that verifies tokens, by its one algorithm (RFC 8725 §3.1). */
export interface VerifyingKey {
  readonly algorithm: SigningKey['algorithm'];
  readonly key: KeyObject;
  /** Seconds since the epoch: a token that expires later is refused. Absent: none is. */
  readonly acceptedUntil: number | undefined;
}

/**
 * The keys that other services verify with, and that access tokens and security events are signed with. They are read at the
 * start. Refresh tokens have a key of their own.
 */
@Injectable()
export class SigningKeys {
  /** Public members only (RFC 7517), for `/.well-known/jwks.json`. Empty with HS256. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /** Whether others can verify what is signed now. */
  readonly isAsymmetric: boolean;
  /** Of the keys that others verify with, that of the first key first. Only one of several signs now. Empty with HS256. */
  readonly algorithms: readonly AsymmetricAlgorithm[];
  private readonly verifying: ReadonlyMap<unknown, VerifyingKey>;

  constructor(
    private readonly jwt: JwtService,
    private readonly config: AppConfig,
  ) {
    const { signingKeys } = config.tokens;
    const published = signingKeys.filter((key) => key.algorithm !== 'HS256');
    this.jwks = { keys: published.map(({ jwk }) => jwk) };
    this.algorithms = [...new Set(published.map(({ algorithm }) => algorithm))];
    this.isAsymmetric = signingKeys[0].algorithm !== 'HS256';
    this.verifying = new Map(signingKeys.map((key) => [key.kid, this.verifyingKeyOf(key)]));
  }

  /**
   * Signs by the first key.
   * @param type the header's `typ` (RFC 8725 §3.11)
   * @returns a JWS in compact form; its header has `alg`, `typ` and, with an asymmetric key, `kid`
   */
  sign(type: string, claims: object): string {
    const [key] = this.config.tokens.signingKeys;
    const privateKey = key.algorithm === 'HS256' ? this.config.tokens.key : key.privateKey;
    const header = { alg: key.algorithm, typ: type, kid: key.kid };
    return this.jwt.sign(claims, { privateKey, header });
  }

  /**
   * The key for a token's `kid`, which is compared and never used as an address or a path. Without `kid` it is `JWT_SECRET`,
   * where that is accepted.
   * @returns `undefined` for a key that is unknown or retired
   */
  find(kid: unknown): VerifyingKey | undefined {
    return this.verifying.get(kid);
  }

  private verifyingKeyOf(key: SigningKey): VerifyingKey {
    const { algorithm } = key;
    if (algorithm === 'HS256')
      return { algorithm, key: this.config.tokens.key, acceptedUntil: key.acceptedUntil };
    return { algorithm, key: key.publicKey, acceptedUntil: undefined };
  }
}
