import { Injectable } from '@nestjs/common';
import { networkOf } from '../common/network.js';
import { RedisWaits } from '../common/redis-waits.js';
import { AppConfig } from '../config/app-config.js';
import type { Refusal } from '../limits/limit.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.js';
import { LoginHistory } from '../sessions/login-history.js';
import { digestOfEmail } from '../users/email.js';

/** An attempt at one limit. It is counted before the attempt runs, so that parallel ones are limited too. */
interface Claim {
  readonly limiter: Limiter;
  readonly key: string;
  /** Whether it is the right attempts that stay counted; else the wrong ones. */
  readonly isOfRight?: boolean;
  /** Whether a right attempt takes earlier wrong ones out of the count, too. */
  readonly isCleared?: boolean;
  /** Whether the limit does not apply to networks from which the account was logged into before. */
  readonly isForStrangers?: boolean;
  /** Whether the claim is made only when a limit for strangers has refused. */
  readonly isAfterRefusal?: boolean;
}

/** What a check of credentials finds. */
export interface Checked {
  readonly isRight: boolean;
}

/** Who tries to log in. */
export interface LoginAttempt {
  readonly email: string;
  readonly ip: string | null;
  /** Of a device on which the account was logged into with its current password. */
  readonly deviceId?: string | undefined;
}

/**
 * Limits guesses and floods (OWASP ASVS 5.0 V6.3.1, NIST SP 800-63B-4 §3.2.2), for all instances together. A network is an IPv4
 * address or an IPv6 /64. Strangers cannot lock an owner out: on a device with a device token only the counts of the account's devices
 * apply, and where the owner has logged in before only the count of the owner's own network.
 */
@Injectable()
export class AttemptLimits {
  private readonly ofNetwork: Limiter;
  private readonly ofAccountAndNetwork: Limiter;
  private readonly ofAccount: Limiter;
  private readonly ofRefusedNetwork: Limiter;
  private readonly ofDevice: Limiter;
  private readonly ofDevices: Limiter;
  private readonly ofLogins: Limiter;
  private readonly ofRegistration: Limiter;
  private readonly ofRefresh: Limiter;
  private readonly ofPasswordChange: Limiter;

  constructor(
    private readonly limiters: Limiters,
    private readonly loginHistory: LoginHistory,
    private readonly config: AppConfig,
  ) {
    this.ofNetwork = limiters.for({ name: 'login-network', attempts: 100 });
    this.ofAccountAndNetwork = limiters.for({ name: 'login-account-network', attempts: 10 });
    this.ofAccount = limiters.for({ name: 'login-account', attempts: 100 });
    this.ofRefusedNetwork = limiters.for({ name: 'login-refused-network', attempts: 1000 });
    this.ofDevice = limiters.for({ name: 'login-device', attempts: 10 });
    this.ofDevices = limiters.for({ name: 'login-devices', attempts: 30 });
    this.ofLogins = limiters.for({ name: 'logins', attempts: 100 });
    this.ofRegistration = limiters.for({ name: 'register', attempts: 50 });
    this.ofRefresh = limiters.for({ name: 'refresh', attempts: 60 });
    this.ofPasswordChange = limiters.for({ name: 'change-password', attempts: 10 });
  }

  /**
   * Runs a login. When a limit for strangers is used up, the check runs all the same, and only a right one from a network of the
   * account's earlier logins is answered: neither the answer nor its time tells who has an account, or has logged in there.
   * @param check when it throws, the attempt is not counted
   * @param waits of the request, as for the other methods
   * @throws ProblemError 429
   */
  async login<T extends Checked>(
    attempt: LoginAttempt,
    check: () => Promise<T>,
    waits = new RedisWaits(),
  ): Promise<T> {
    if (!this.config.rateLimitEnabled) return check();
    const { email, ip } = attempt;
    const { taken, refusal } = await this.take(this.claimsOf(attempt), waits);
    const { checked, isRight } = await settling(taken, waits, async () => {
      const knowing = refusal === undefined || this.loginHistory.hasLogin(email, ip);
      const [checked, isKnown] = await Promise.all([check(), knowing]);
      return { checked, isRight: checked.isRight && isKnown };
    });
    return isRight || refusal === undefined ? checked : this.limiters.refuse(refusal);
  }

  /** Runs a check of the current password, limited for each session. @param check and @throws as for {@link login} */
  async changePassword<T extends Checked>(
    sessionId: string,
    check: () => Promise<T>,
    waits = new RedisWaits(),
  ): Promise<T> {
    if (!this.config.rateLimitEnabled) return check();
    const claim = { limiter: this.ofPasswordChange, key: sessionId, isCleared: true };
    const { taken } = await this.take([claim], waits);
    return settling(taken, waits, check);
  }

  /** Counts a registration. @throws ProblemError 429 */
  async register(ip: string | null, waits = new RedisWaits()): Promise<void> {
    await this.limiters.demand(this.ofRegistration, networkOf(ip), waits);
  }

  /**
   * Counts a refresh of the session, whose token has a valid signature, by the client that asks: others can neither use up its count, nor
   * guess a token.
   * @param clientId `null` without an OAuth client
   * @throws ProblemError 429
   */
  async refresh(sessionId: string, clientId: string | null, waits = new RedisWaits()): Promise<void> {
    await this.limiters.demand(
      this.ofRefresh,
      clientId === null ? sessionId : `${sessionId} ${clientId}`,
      waits,
    );
  }

  private claimsOf({ email, ip, deviceId }: LoginAttempt): Claim[] {
    const [network, account] = [networkOf(ip), digestOfEmail(email)];
    const logins = { limiter: this.ofLogins, key: account, isOfRight: true };
    if (deviceId !== undefined)
      return [
        { limiter: this.ofDevice, key: deviceId, isCleared: true },
        { limiter: this.ofDevices, key: account },
        logins,
      ];
    return [
      { limiter: this.ofNetwork, key: network, isForStrangers: true },
      { limiter: this.ofAccountAndNetwork, key: `${network} ${account}`, isCleared: true },
      { limiter: this.ofAccount, key: account, isForStrangers: true },
      // Each of these checks costs a password hash.
      { limiter: this.ofRefusedNetwork, key: network, isAfterRefusal: true },
      logins,
    ];
  }

  /**
   * @returns the claims that were counted, and the refusal of a limit for strangers
   * @throws ProblemError 429 when another limit refuses; then none stays counted
   */
  private async take(
    claims: readonly Claim[],
    waits: RedisWaits,
  ): Promise<{ taken: readonly Claim[]; refusal: Refusal | undefined }> {
    const taken: Claim[] = [];
    let refusal: Refusal | undefined;
    try {
      for (const claim of claims) {
        if (claim.isAfterRefusal === true && refusal === undefined) continue;
        const refused = await claim.limiter.take(claim.key, waits);
        if (refused === undefined) taken.push(claim);
        else if (claim.isForStrangers === true) refusal ??= refused;
        else return this.limiters.refuse(refused);
      }
      return { taken, refusal };
    } catch (error) {
      await giveBack(taken, waits);
      throw error;
    }
  }
}

/** Runs the check. Each claim stays counted, or does not, by its result. */
async function settling<T extends Checked>(
  taken: readonly Claim[],
  waits: RedisWaits,
  check: () => Promise<T>,
): Promise<T> {
  let checked: T;
  try {
    checked = await check();
  } catch (error) {
    await giveBack(taken, waits);
    throw error;
  }
  const { isRight } = checked;
  const uncounted = taken.filter(({ isOfRight = false }) => isOfRight !== isRight);
  await Promise.all(
    uncounted.map(({ limiter, key, isCleared = false }) =>
      isRight && isCleared ? limiter.clear(key, waits) : limiter.giveBack(key, waits),
    ),
  );
  return checked;
}

const giveBack = (taken: readonly Claim[], waits: RedisWaits) =>
  Promise.all(taken.map(({ limiter, key }) => limiter.giveBack(key, waits)));
