import { actorValues } from '../audit/audit-line.js';
import { SERVICE_ACTOR } from '../common/actor.js';
import type { HotStatement, Run } from '../database/hot-statements.js';
import { CURRENT_PREFIX } from '../users/hashes/current-hash.js';
import type { ImportedAccount } from './imported-account.js';
import {
  FIND_EXISTING,
  FIND_RESERVED,
  INSERT_ACCOUNTS,
  QUEUE_INVITES,
  UPDATE_UNUSED_ACCOUNTS,
} from './import-statements.js';
import { RefusedRecord } from './refused-record.js';

const SAVEPOINT: HotStatement = { name: 'begin_import_attempt', text: 'SAVEPOINT attempt' };
const ROLLBACK: HotStatement = { name: 'undo_import_attempt', text: 'ROLLBACK TO attempt' };

/**
 * A first import fills the log with no row for each account: services that follow it would read a million of them before the next revocation.
 * A delta has few, which are events (ADR 0058).
 */
const LOG: HotStatement = {
  name: 'log_imported_accounts',
  text: `SELECT set_config('ergodrive.invalidation_log', $1, true)`,
};

const VANISHED = new RefusedRecord(
  'email_taken',
  'An account that was deleted meanwhile had the address or the id',
);

export interface WriterOptions {
  readonly isDryRun: boolean;
  readonly updates: boolean;
  /** Whether accounts without a password get a mail that sets one. */
  readonly invites: boolean;
}

/** What became of the accounts of a batch. */
export interface WrittenBatch {
  readonly imported: readonly ImportedAccount[];
  readonly updated: number;
  readonly alreadyThere: number;
  readonly mails: number;
  readonly refused: ReadonlyMap<ImportedAccount, RefusedRecord>;
}

interface ExistingAccount {
  readonly id: string;
  readonly email: string;
}

/** Writes accounts within a transaction. An account that exists is left as it is, or refused. */
export class AccountWriter {
  constructor(
    private readonly run: Run,
    private readonly options: WriterOptions,
  ) {}

  /** @param accounts whose ids and addresses differ @throws Error of the driver */
  async write(accounts: readonly ImportedAccount[]): Promise<WrittenBatch> {
    const { isDryRun, updates } = this.options;
    const { inserted, reserved } = isDryRun
      ? await this.wouldBeReserved(accounts)
      : await this.insert(accounts);
    const rest = accounts.filter(({ id }) => !inserted.has(id));
    const existing = await this.existing(rest);
    const refused = new Map<ImportedAccount, RefusedRecord>();
    const known = new Map<ImportedAccount, string>();
    const imported = accounts.filter(({ id }) => inserted.has(id));
    for (const account of rest) {
      const found = existing.filter(({ id, email }) => id === account.id || email === account.email);
      const outcome = outcomeOf(account, found, reserved);
      if (outcome === undefined && isDryRun) imported.push(account);
      else if (typeof outcome === 'string') known.set(account, outcome);
      else refused.set(account, outcome ?? VANISHED);
    }
    const updated = updates && !isDryRun ? await this.update(known) : 0;
    const mails = await this.invite(imported);
    return { imported, updated, alreadyThere: known.size - updated, mails, refused };
  }

  /** An insertion waits for an account that is leaving the address, so what is reserved is known after it. */
  private async insert(
    accounts: readonly ImportedAccount[],
  ): Promise<{ inserted: ReadonlySet<string>; reserved: ReadonlySet<string> }> {
    const reserved = new Set<string>();
    for (;;) {
      const open = accounts.filter(({ email }) => !reserved.has(email));
      await this.run(SAVEPOINT, []);
      await this.run(LOG, [this.options.updates ? 'on' : 'off']);
      const rows = await this.run<{ id: string }>(INSERT_ACCOUNTS, [jsonOf(open)]);
      await this.run(LOG, ['on']);
      const inserted = new Set(rows.map(({ id }) => id));
      const found = await this.reservedOf(open.filter(({ id }) => inserted.has(id)));
      if (found.length === 0) return { inserted, reserved };
      await this.run(ROLLBACK, []);
      for (const address of found) reserved.add(address);
    }
  }

  private async wouldBeReserved(
    accounts: readonly ImportedAccount[],
  ): Promise<{ inserted: ReadonlySet<string>; reserved: ReadonlySet<string> }> {
    return { inserted: new Set(), reserved: new Set(await this.reservedOf(accounts)) };
  }

  private async reservedOf(accounts: readonly ImportedAccount[]): Promise<string[]> {
    const rows = await this.run<{ address: string }>(FIND_RESERVED, [accounts.map(({ email }) => email)]);
    return rows.map(({ address }) => address);
  }

  private async existing(accounts: readonly ImportedAccount[]): Promise<ExistingAccount[]> {
    if (accounts.length === 0) return [];
    const values = [accounts.map(({ id }) => id), accounts.map(({ email }) => email)];
    return this.run<ExistingAccount>(FIND_EXISTING, values);
  }

  /** @param known with the ids of the accounts that exist */
  private async update(known: ReadonlyMap<ImportedAccount, string>): Promise<number> {
    if (known.size === 0) return 0;
    const accounts = [...known].map(([account, id]) => ({ ...account, id }));
    const values = [...actorValues(SERVICE_ACTOR), jsonOf(accounts), CURRENT_PREFIX];
    return (await this.run(UPDATE_UNUSED_ACCOUNTS, values)).length;
  }

  private async invite(imported: readonly ImportedAccount[]): Promise<number> {
    const { invites, isDryRun } = this.options;
    const ids = imported
      .filter(({ passwordHash, isActive }) => invites && isActive && passwordHash === null)
      .map(({ id }) => id);
    if (ids.length > 0 && !isDryRun) await this.run(QUEUE_INVITES, [ids]);
    return ids.length;
  }
}

/** @returns the id of the account that is this one, why this one is refused, or `undefined` where there is none */
function outcomeOf(
  account: ImportedAccount,
  found: readonly ExistingAccount[],
  reserved: ReadonlySet<string>,
): string | RefusedRecord | undefined {
  const ofAddress = found.find(({ email }) => email === account.email);
  if (ofAddress !== undefined && (!account.hasGivenId || ofAddress.id === account.id)) return ofAddress.id;
  if (ofAddress !== undefined)
    return new RefusedRecord('email_taken', 'Another account has the address, by another id');
  if (found.length > 0) return new RefusedRecord('id_taken', 'The account of this id has another address');
  if (reserved.has(account.email))
    return new RefusedRecord('address_reserved', 'An account may still get the address back by an undo');
  return undefined;
}

const jsonOf = (accounts: readonly ImportedAccount[]): string =>
  JSON.stringify(
    accounts.map((account) => ({
      id: account.id,
      email: account.email,
      email_verified: account.emailVerified,
      password_hash: account.passwordHash,
      full_name: account.fullName,
      role: account.role,
      is_active: account.isActive,
      locale: account.locale,
      created_at: account.createdAt,
      updated_at: account.updatedAt,
    })),
  );
