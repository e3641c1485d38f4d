import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { networkOf } from '../common/network.js';
import type { Limiter } from '../limits/limiter.js';
import { Limiters } from '../limits/limiters.js';
import { digestOfEmail } from './email.js';

/** Limits mails that anybody can ask for, and tries of one-time tokens, for all instances together. */
@Injectable()
export class MailLimits {
  private readonly ofNetwork: Limiter;
  private readonly ofAddress: Limiter;
  private readonly ofTokens: Limiter;

  constructor(private readonly limiters: Limiters) {
    this.ofNetwork = limiters.for({ name: 'mail-network', attempts: 50 });
    this.ofAddress = limiters.for({ name: 'mail-address', attempts: 5 });
    this.ofTokens = limiters.for({ name: 'one-time-token', attempts: 100 });
  }

  /** Counts a mail, so that nobody fills a mailbox. It counts alike with and without an account. @throws ProblemError 429 */
  async mail(address: string, { ip, redisWaits }: Actor): Promise<void> {
    await this.limiters.demand(this.ofNetwork, networkOf(ip), redisWaits);
    await this.limiters.demand(this.ofAddress, digestOfEmail(address), redisWaits);
  }

  /** Counts a try of a token: each costs a query. @throws ProblemError 429 */
  async token({ ip, redisWaits }: Actor): Promise<void> {
    await this.limiters.demand(this.ofTokens, networkOf(ip), redisWaits);
  }
}
