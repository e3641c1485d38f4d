import { Injectable } from '@nestjs/common';
import { networkOf } from '../common/network.js';
import { RedisWaits } from '../common/redis-waits.js';
import { AppConfig } from '../config/app-config.js';
import { ProblemError } from '../http/problem.error.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.service.js';
import { LoginHistory } from '../sessions/login-history.service.js';
import { digestOfEmail } from '../users/email.js';

/** An attempt at one limit. */
interface Claim {
  readonly limiter: Limiter;
  readonly key: string;
  /** The limit does not apply to networks from which the account was logged into before. */
  readonly isForStrangers: boolean;
}

/**
 * Limits guesses and floods (OWASP ASVS 5.0 V6.3.1, NIST SP 800-63B-4 §3.2.2), for all instances together. A network is an IPv4
 * address or an IPv6 /64. Strangers cannot lock an owner out: on a device with a device token only the count of the device
 * applies, and where the owner has logged in before only the count of the owner's own network.
 */
@Injectable()
export class AttemptLimits {
  private readonly ofNetwork: Limiter;
  private readonly ofAccountAndNetwork: Limiter;
  private readonly ofAccount: Limiter;
  private readonly ofDevice: Limiter;
  private readonly ofRegistration: Limiter;
  private readonly ofRefresh: Limiter;
  private readonly ofPasswordChange: Limiter;

  constructor(
    private readonly limiters: Limiters,
    private readonly history: LoginHistory,
    private readonly config: AppConfig,
  ) {
    this.ofNetwork = limiters.for({ name: 'login-network', attempts: 100 });
    this.ofAccountAndNetwork = limiters.for({ name: 'login-account-network', attempts: 10 });
    this.ofAccount = limiters.for({ name: 'login-account', attempts: 100 });
    this.ofDevice = limiters.for({ name: 'login-device', attempts: 10 });
    this.ofRegistration = limiters.for({ name: 'register', attempts: 50 });
    this.ofRefresh = limiters.for({ name: 'refresh', attempts: 60 });
    this.ofPasswordChange = limiters.for({ name: 'change-password', attempts: 10 });
  }

  /**
   * Runs a login. It is counted as a failure before it runs, so that parallel guesses are limited too.
   * @param check resolves with `undefined` for wrong credentials. With any other result, and when it throws, the failure is
   *   not counted
   * @param device of a device token of this account, see `DeviceTokens.deviceOf`
   * @param waits of the request, as for the other methods
   * @throws ProblemError 429
   */
  async login<T>(
    email: string,
    ip: string | null,
    check: () => Promise<T | undefined>,
    device?: string,
    waits = new RedisWaits(),
  ): Promise<T | undefined> {
    if (!this.config.rateLimitEnabled) return check();
    if (device !== undefined) {
      const claim = { limiter: this.ofDevice, key: device, isForStrangers: false };
      return guess(await this.take([claim], waits), check, this.ofDevice, waits);
    }
    const network = networkOf(ip);
    const account = digestOfEmail(email);
    const claims: Claim[] = [
      { limiter: this.ofNetwork, key: network, isForStrangers: true },
      { limiter: this.ofAccountAndNetwork, key: `${network} ${account}`, isForStrangers: false },
      { limiter: this.ofAccount, key: account, isForStrangers: true },
    ];
    const taken = await this.take(claims, waits, () => this.history.hasLogin(email, ip));
    return guess(taken, check, this.ofAccountAndNetwork, waits);
  }

  /** Runs a check of the current password, limited for each session. @param check and @throws as for {@link login} */
  async changePassword<T>(
    sessionId: string,
    check: () => Promise<T | undefined>,
    waits = new RedisWaits(),
  ): Promise<T | undefined> {
    if (!this.config.rateLimitEnabled) return check();
    const claim = { limiter: this.ofPasswordChange, key: sessionId, isForStrangers: false };
    return guess(await this.take([claim], waits), check, this.ofPasswordChange, waits);
  }

  /** Counts a registration. @throws ProblemError 429 */
  async register(ip: string | null, waits = new RedisWaits()): Promise<void> {
    await this.count(this.ofRegistration, networkOf(ip), waits);
  }

  /**
   * Counts a refresh of the session, whose token has a valid signature: others can neither use up a session's count, nor guess a
   * token. @throws ProblemError 429
   */
  async refresh(sessionId: string, waits = new RedisWaits()): Promise<void> {
    await this.count(this.ofRefresh, sessionId, waits);
  }

  private async count(limiter: Limiter, key: string, waits: RedisWaits): Promise<void> {
    if (this.config.rateLimitEnabled) await this.take([{ limiter, key, isForStrangers: false }], waits);
  }

  /** @returns the claims that were counted. When one is refused, none stays counted. */
  private async take(
    claims: readonly Claim[],
    waits: RedisWaits,
    isKnown?: () => Promise<boolean>,
  ): Promise<Claim[]> {
    const taken: Claim[] = [];
    let known: boolean | undefined;
    try {
      for (const claim of claims) {
        const refusal = await claim.limiter.take(claim.key, waits);
        if (refusal === undefined) taken.push(claim);
        else if (!claim.isForStrangers || !(known ??= (await isKnown?.()) ?? false))
          throw new ProblemError('too_many_requests', { headers: this.limiters.refuse(refusal) });
      }
      return taken;
    } catch (error) {
      await giveBack(taken, waits);
      throw error;
    }
  }
}

/** Runs the check. A wrong guess stays counted, a right one clears the count of `cleared`. */
async function guess<T>(
  taken: readonly Claim[],
  check: () => Promise<T | undefined>,
  cleared: Limiter,
  waits: RedisWaits,
): Promise<T | undefined> {
  let answer: T | undefined;
  try {
    answer = await check();
  } catch (error) {
    await giveBack(taken, waits);
    throw error;
  }
  if (answer !== undefined) await settle(taken, cleared, waits);
  return answer;
}

const settle = (taken: readonly Claim[], cleared: Limiter, waits: RedisWaits) =>
  Promise.all(
    taken.map(({ limiter, key }) =>
      limiter === cleared ? limiter.clear(key, waits) : limiter.giveBack(key, waits),
    ),
  );

const giveBack = (taken: readonly Claim[], waits: RedisWaits) =>
  Promise.all(taken.map(({ limiter, key }) => limiter.giveBack(key, waits)));
