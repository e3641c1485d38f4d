import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { ProblemError } from '../http/problem.error.js';
import type { Change } from '../log/change-feed.js';
import { EvictionService } from '../log/eviction.service.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import { Command } from './command.js';

/** Locks in the order of the ids, so that commands on the same accounts wait for each other and never deadlock. */
const LOCK_ACCOUNTS: HotStatement = {
  name: 'lock_accounts',
  text: 'SELECT id FROM users WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
};

/** Locks every active admin too, so that changes that remove an admin wait for each other. */
const LOCK_ACCOUNTS_AND_ADMINS: HotStatement = {
  name: 'lock_accounts_and_admins',
  text: `
  SELECT id FROM users WHERE id = ANY($1::uuid[]) OR (role = '${ADMIN_ROLE}' AND is_active)
  ORDER BY id FOR NO KEY UPDATE`,
};

/**
 * Runs commands, which check the caller again within their transaction. The guard checked the caller when the request
 * arrived. Since then the session may have been revoked, or the role changed.
 */
@Injectable()
export class CommandsService {
  constructor(
    private readonly statements: HotStatements,
    private readonly evictions: EvictionService,
    private readonly outbox: MailOutbox,
  ) {}

  /**
   * Runs `act` in a transaction that has locked the accounts of the caller and of `userIds`. Every change of an account, and
   * of its sessions, locks the account too. So what `act` reads of these accounts stays true until the commit. Resolves when no
   * instance accepts the state from before the commit any more.
   * @param withAdmins also locks all active admins
   * @throws ProblemError that `act` threw: then nothing was changed, and the cache entries of the accounts are evicted
   */
  async run<T>(
    by: Actor,
    userIds: readonly string[],
    act: (command: Command) => Promise<T>,
    { withAdmins = false } = {},
  ): Promise<T> {
    const accounts = [...new Set([...userIds, ...(by.id === null ? [] : [by.id])])];
    let changes: readonly Change[] = [];
    let mails: readonly OutgoingMail[] = [];
    const result = await this.statements
      .transaction(async (transaction) => {
        if (withAdmins || accounts.length > 0)
          await transaction.run(withAdmins ? LOCK_ACCOUNTS_AND_ADMINS : LOCK_ACCOUNTS, [accounts]);
        const command = new Command(transaction, by, this.outbox);
        ({ changes, mails } = command);
        const acted = await act(command);
        if (!command.hasCheckedCaller) throw new TypeError('a command has not checked its caller');
        return acted;
      })
      .catch(async (error: unknown) => {
        // Another command may have committed first and caused this refusal, but not have evicted the entries yet.
        // They are evicted before the answer, which reveals that commit.
        if (error instanceof ProblemError) await this.evictions.evictOrWait(accounts);
        throw error;
      });
    if (mails.length > 0) this.outbox.wake();
    if (changes.length > 0) await this.evictions.evictBeforeAnswer(changes);
    // Another request may have made the same change first, and not have evicted the entries yet.
    else await this.evictions.evictOrWait(userIds);
    return result;
  }
}
