import { Injectable } from '@nestjs/common';
import { isSameNetwork } from '../common/network.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { normaliseEmail } from '../users/email.js';

/** Ended sessions are kept for 30 days, see `SessionCleanupService`. */
const ADDRESSES: HotStatement = {
  name: 'login_addresses',
  text: `
  SELECT DISTINCT s.ip FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1 AND s.ip IS NOT NULL`,
};

/** From where accounts were logged into. */
@Injectable()
export class LoginHistory {
  constructor(private readonly statements: HotStatements) {}

  /** Whether this account was logged into from the network of the address, as far as its sessions are still stored. */
  async hasLogin(email: string, ip: string | null): Promise<boolean> {
    const rows = await this.statements.run<{ ip: string }>(ADDRESSES, [normaliseEmail(email)]);
    return rows.some((row) => isSameNetwork(row.ip, ip));
  }
}
