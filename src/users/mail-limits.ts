import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { networkOf } from '../common/network.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.js';
import { digestOfEmail } from './email.js';

/** Limits mails that people can ask for, and tries of one-time tokens, for all instances together. */
@Injectable()
export class MailLimits {
  private readonly ofNetwork: Limiter;
  private readonly ofAddress: Limiter;
  private readonly ofAdmin: Limiter;
  private readonly ofInvited: Limiter;
  private readonly ofTokens: Limiter;

  constructor(private readonly limiters: Limiters) {
    this.ofNetwork = limiters.for({ name: 'mail-network', attempts: 50 });
    this.ofAddress = limiters.for({ name: 'mail-address', attempts: 5 });
    this.ofAdmin = limiters.for({ name: 'mail-admin', attempts: 200 });
    this.ofInvited = limiters.for({ name: 'mail-invited', attempts: 5 });
    this.ofTokens = limiters.for({ name: 'one-time-token', attempts: 100 });
  }

  /** Counts a mail, so that nobody fills a mailbox. It counts alike with and without an account. @throws ProblemError 429 */
  async mail(address: string, { ip, redisWaits }: Actor): Promise<void> {
    await this.limiters.demand(this.ofNetwork, networkOf(ip), redisWaits);
    await this.limiters.demand(this.ofAddress, digestOfEmail(address), redisWaits);
  }

  /**
   * Counts a mail that an admin sends to an address, which has a count of its own: strangers, who ask for mails to the address too, keep
   * no admin from it. A stolen access token of an admin floods nobody.
   * @throws ProblemError 429
   */
  async mailOfAdmin(address: string, { id, redisWaits }: Actor): Promise<void> {
    await this.limiters.demand(this.ofAdmin, String(id), redisWaits);
    await this.limiters.demand(this.ofInvited, digestOfEmail(address), redisWaits);
  }

  /** Counts a try of a token: each costs a query. @throws ProblemError 429 */
  async token({ ip, redisWaits }: Actor): Promise<void> {
    await this.limiters.demand(this.ofTokens, networkOf(ip), redisWaits);
  }
}
