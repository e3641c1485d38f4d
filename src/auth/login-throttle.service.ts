import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ProblemError } from '../common/problem.error.js';
import { AppConfig } from '../config/app-config.js';
import { normaliseEmail } from '../users/email.js';

const WINDOW_MS = 15 * 60_000;
const MAX_FAILURES_PER_ACCOUNT_AND_ADDRESS = 10;
const MAX_FAILURES_PER_ADDRESS = 100;
const MAX_TRACKED = 100_000;

export interface LoginAttempt {
  failed(): void;
  succeeded(): void;
}

/**
 * Slows down the guessing of passwords (OWASP ASVS 4.0 §2.2.1): per address and account, and per address. It counts
 * failures in this process; a success clears the account's count, so that nobody is locked out by others.
 */
@Injectable()
export class LoginThrottle {
  private readonly failures = new LRUCache<string, number>({
    max: MAX_TRACKED,
    ttl: WINDOW_MS,
    noUpdateTTL: true,
  });

  constructor(private readonly config: AppConfig) {}

  /** @throws ProblemError 429 with `Retry-After` in seconds */
  attempt(email: string, ip: string | null): LoginAttempt {
    const address = ip ?? 'unknown';
    const account = `${address} ${normaliseEmail(email)}`;
    if (this.config.rateLimitEnabled) {
      this.check(account, MAX_FAILURES_PER_ACCOUNT_AND_ADDRESS);
      this.check(address, MAX_FAILURES_PER_ADDRESS);
    }
    return {
      failed: () =>
        [account, address].forEach((key) => this.failures.set(key, (this.failures.get(key) ?? 0) + 1)),
      succeeded: () => this.failures.delete(account),
    };
  }

  private check(key: string, limit: number): void {
    if ((this.failures.get(key) ?? 0) < limit) return;
    throw new ProblemError({
      status: 429,
      code: 'too_many_requests',
      detail: 'Too many failed logins; try again later',
      headers: { 'retry-after': String(Math.ceil(this.failures.getRemainingTTL(key) / 1000)) },
    });
  }
}
