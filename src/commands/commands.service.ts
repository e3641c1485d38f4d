import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { CLOSED_GATE, GATE } from '../database/live-session.js';
import { ProblemError } from '../http/problem.error.js';
import { type Change, isCreation } from '../log/change-feed.js';
import { EvictionService } from '../log/eviction.service.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import { Command } from './command.js';

/**
 * What a command locks first. `gate` comes before the accounts: a login and a command take both in this order, so they never deadlock.
 * @param accounts condition for their ids
 */
function lockAccounts(gate: string, accounts: string, lock = 'NO KEY UPDATE'): string {
  return `
  WITH ${gate}
  SELECT id FROM users WHERE EXISTS (SELECT FROM gate) AND ${accounts} ORDER BY id FOR ${lock}`;
}

const OF_ACCOUNTS_AND_ADMINS = `(id = ANY($1::uuid[]) OR (role = '${ADMIN_ROLE}' AND is_active))`;

/** Locks in the order of the ids, so that commands on the same accounts wait for each other and never deadlock. */
const LOCK_ACCOUNTS: HotStatement = {
  name: 'lock_accounts',
  text: lockAccounts(GATE, 'id = ANY($1::uuid[])'),
};

/** Locks every active admin too, so that changes that remove an admin wait for each other. */
const LOCK_ACCOUNTS_AND_ADMINS: HotStatement = {
  name: 'lock_accounts_and_admins',
  text: lockAccounts(GATE, OF_ACCOUNTS_AND_ADMINS),
};

/** Waits for what refers to the accounts, too, such as an event of the audit trail: a deletion would wait for it later, and could deadlock. */
const LOCK_TO_ERASE: HotStatement = {
  name: 'lock_accounts_to_erase',
  text: lockAccounts(GATE, OF_ACCOUNTS_AND_ADMINS, 'UPDATE'),
};

/** Waits for every command and every login, and keeps others waiting. */
const LOCK_EVERYBODY: HotStatement = {
  name: 'lock_everybody',
  text: lockAccounts(CLOSED_GATE, 'id = ANY($1::uuid[])'),
};

const LOCKS = {
  accounts: LOCK_ACCOUNTS,
  admins: LOCK_ACCOUNTS_AND_ADMINS,
  erasure: LOCK_TO_ERASE,
  everybody: LOCK_EVERYBODY,
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
   * of its sessions, locks the account too. So what `act` reads of these accounts stays true until the commit, and no generation of
   * sessions ends meanwhile. Resolves when no instance accepts the state from before the commit any more.
   * @param lock `admins` also locks all active admins; `erasure` does too, against references to them; `everybody` also waits for all other commands and logins
   * @throws ProblemError that `act` threw: then nothing was changed, and the cache entries of the accounts are evicted
   */
  async run<T>(
    by: Actor,
    userIds: readonly string[],
    act: (command: Command) => Promise<T>,
    lock: keyof typeof LOCKS = 'accounts',
  ): Promise<T> {
    const accounts = [...new Set([...userIds, ...(by.id === null ? [] : [by.id])])];
    let changes: readonly Change[] = [];
    let mails: readonly OutgoingMail[] = [];
    const result = await this.statements
      .transaction(async (transaction) => {
        if (lock !== 'accounts' || accounts.length > 0) await transaction.run(LOCKS[lock], [accounts]);
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
    await this.evictions.evictBeforeAnswer(changes);
    // Another request may have made the same change first, and not have evicted the entries yet.
    if (changes.every(isCreation)) await this.evictions.evictOrWait(userIds);
    return result;
  }
}
