import { Injectable } from '@nestjs/common';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { normaliseEmail } from '../users/email.js';

/** One look into an index, however many sessions the account has. Ended sessions are kept for 30 days, see `SessionCleanupService`. */
export const IS_KNOWN: HotStatement = {
  name: 'is_known_network',
  text: `
  SELECT EXISTS (
    SELECT FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE u.email = $1 AND s.ip IS NOT NULL AND network_of(s.ip) = network_of($2)
  ) AS is_known`,
};

/** From where accounts were logged into. */
@Injectable()
export class LoginHistory {
  constructor(private readonly statements: HotStatements) {}

  /** Whether this account was logged into from the network of the address, as far as its sessions are still stored. */
  async hasLogin(email: string, ip: string | null): Promise<boolean> {
    const [row] = await this.statements.run<{ is_known: boolean }>(IS_KNOWN, [normaliseEmail(email), ip]);
    return row?.is_known === true;
  }
}
