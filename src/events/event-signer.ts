import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../config/app-config.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { claimsOf, type SecurityEvent } from './security-event.js';

/** A SET takes about 800 bytes. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const TYPE = 'secevent+jwt';

/** Signs security events, each once for a client: the instances of a service get the same SET. */
@Injectable()
export class EventSigner {
  private readonly signed = new LRUCache<string, string>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: (set, key) => set.length + key.length,
  });

  constructor(
    private readonly keys: SigningKeys,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param clientId of the receiver
   * @returns the SET in compact form
   */
  sign(event: SecurityEvent, clientId: string): string {
    const key = `${clientId} ${event.jti}`;
    const known = this.signed.get(key);
    if (known !== undefined) return known;
    const set = this.keys.sign(TYPE, claimsOf(event, this.config.issuerUrl, clientId));
    this.signed.set(key, set);
    return set;
  }
}
