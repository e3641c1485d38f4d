import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../config/app-config.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { claimsOf, type SecurityEvent } from './security-event.js';

/** A SET takes about 800 bytes. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const TYPE = 'secevent+jwt';

/** Signs security events, each once: all receivers get the same SET. */
@Injectable()
export class EventSigner {
  private readonly signed = new LRUCache<string, string>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: (set, jti) => set.length + jti.length,
  });

  constructor(
    private readonly keys: SigningKeys,
    private readonly config: AppConfig,
  ) {}

  /** @returns the SET in compact form */
  sign(event: SecurityEvent): string {
    const known = this.signed.get(event.jti);
    if (known !== undefined) return known;
    const set = this.keys.sign(TYPE, claimsOf(event, this.config.issuerUrl));
    this.signed.set(event.jti, set);
    return set;
  }
}
