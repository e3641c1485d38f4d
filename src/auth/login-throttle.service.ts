import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ProblemError } from '../common/problem.error.js';
import { AppConfig } from '../config/app-config.js';
import { normaliseEmail } from '../users/email.js';

const WINDOW_MS = 15 * 60_000;
const MAX_FAILURES_PER_ACCOUNT_AND_ADDRESS = 10;
const MAX_FAILURES_PER_ADDRESS = 100;
const MAX_TRACKED = 100_000;

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

  /**
   * Runs an attempt that counts as failed from its beginning, so that parallel guesses are as few as sequential ones.
   * @param check answers `undefined` for a wrong guess; when it answers or throws, the attempt is taken back
   * @throws ProblemError 429 with `Retry-After` in seconds
   */
  async attempt<T>(
    email: string,
    ip: string | null,
    check: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const address = ip ?? 'unknown';
    const account = `${address} ${normaliseEmail(email)}`;
    if (this.config.rateLimitEnabled) {
      this.check(account, MAX_FAILURES_PER_ACCOUNT_AND_ADDRESS);
      this.check(address, MAX_FAILURES_PER_ADDRESS);
    }
    this.count([account, address], 1);
    let wrong = false;
    try {
      const answer = await check();
      wrong = answer === undefined;
      if (!wrong) this.failures.delete(account);
      return answer;
    } finally {
      if (!wrong) this.count([account, address], -1);
    }
  }

  private count(keys: string[], by: number): void {
    for (const key of keys) this.failures.set(key, Math.max(0, (this.failures.get(key) ?? 0) + by));
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
